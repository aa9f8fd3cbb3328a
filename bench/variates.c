/* What a draw costs, and the digest of a record, in ns of processor time: medians of turns. Usage:
 * bench_variates */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "sim/dist.h"
#include "sim/histogram.h"
#include "sim/random.h"
#include "sim/trace.h"

#include "bench/measure.h"

#define TURNS 9
#define DRAWS 2000000

/* Each task does DRAWS things and returns something of their results. */
typedef double task_fn(struct sim_stream *stream, const struct sim_dist *dist);

static double units(struct sim_stream *stream, const struct sim_dist *dist)
{
    double sum = 0;

    (void)dist;
    for (uint32_t i = 0; i < DRAWS; i++) {
        sum += sim_stream_unit(stream);
    }
    return sum;
}

static double exponentials(struct sim_stream *stream, const struct sim_dist *dist)
{
    double sum = 0;

    (void)dist;
    for (uint32_t i = 0; i < DRAWS; i++) {
        sum += sim_stream_exponential(stream);
    }
    return sum;
}

static double normals(struct sim_stream *stream, const struct sim_dist *dist)
{
    double sum = 0;

    (void)dist;
    for (uint32_t i = 0; i < DRAWS; i++) {
        sum += sim_stream_normal(stream);
    }
    return sum;
}

/* One exponential from the stream of each of many messages. */
static double of_messages(struct sim_stream *stream, const struct sim_dist *dist)
{
    double sum = 0;

    (void)dist;
    for (uint32_t i = 0; i < DRAWS; i++) {
        struct sim_stream own = sim_stream_of(stream, i);
        sum += sim_stream_exponential(&own);
    }
    return sum;
}

static double draws(struct sim_stream *stream, const struct sim_dist *dist)
{
    double sum = 0;

    for (uint32_t i = 0; i < DRAWS; i++) {
        sum += sim_dist_draw(dist, stream);
    }
    return sum;
}

static double records(struct sim_stream *stream, const struct sim_dist *dist)
{
    struct sim_trace trace;

    (void)stream;
    (void)dist;
    sim_trace_init(&trace);
    for (uint32_t i = 0; i < DRAWS; i++) {
        struct sim_trace_record record = {.time = i, .message = i / 2, .node = i % 8, .kind = 1};
        sim_trace_add(&trace, &record);
    }
    return (double)trace.digest;
}

static double values(struct sim_stream *stream, const struct sim_dist *dist)
{
    sim_histogram *histogram = sim_histogram_create();
    uint64_t x = sim_stream_next(stream);

    (void)dist;
    for (uint32_t i = 0; i < DRAWS; i++) {
        x = x * UINT64_C(6364136223846793005) + 1;
        sim_histogram_record(histogram, (int64_t)(x >> 40));
    }
    double mean = sim_histogram_mean(histogram);
    sim_histogram_destroy(histogram);
    return mean;
}

struct job {
    const char *name;
    task_fn *task;
    struct sim_dist dist; /* of `draws` */
    double turns[TURNS];
    double ratios[TURNS];
};

static struct job job_of(enum sim_dist_kind kind, double first, double second, double third)
{
    const double parameters[SIM_DIST_PARAMETERS_MAX] = {first, second, third};
    struct job job = {.name = sim_dist_form_of(kind)->name, .task = draws};
    struct sim_dist_error error;
    bool is_valid = sim_dist_init(&job.dist, kind, parameters, &error);

    SIM_ASSERT(is_valid);
    return job;
}

/* The yardstick is the first job of the same turn. */
static void take_turn(struct job *jobs, size_t count, uint32_t turn)
{
    volatile double kept;

    for (size_t i = 0; i < count; i++) {
        struct sim_stream stream = sim_stream_named(1, "draws");
        double before = bench_now_ns();
        kept = jobs[i].task(&stream, &jobs[i].dist);
        jobs[i].turns[turn] = (bench_now_ns() - before) / DRAWS;
        jobs[i].ratios[turn] = jobs[i].turns[turn] / jobs[0].turns[turn];
    }
    (void)kept;
}

int main(void)
{
    struct job jobs[] = {
        {.name = "unit", .task = units},
        {.name = "exponential, inline", .task = exponentials},
        {.name = "normal, inline", .task = normals},
        {.name = "exponential of a message", .task = of_messages},
        job_of(SIM_DIST_EXPONENTIAL, 1, 0, 0),
        job_of(SIM_DIST_NORMAL, 0, 1, 0),
        job_of(SIM_DIST_NORMAL_POSITIVE, 1, 1, 0),
        job_of(SIM_DIST_LOGNORMAL, 0, 1, 0),
        job_of(SIM_DIST_GAMMA, 2.5, 1, 0),
        job_of(SIM_DIST_HYPEREXPONENTIAL, 0.9, 0.5, 5.5),
        job_of(SIM_DIST_PARETO, 2.5, 1, 0),
        job_of(SIM_DIST_WEIBULL, 2, 1, 0),
        job_of(SIM_DIST_ZIPF, 1e9, 1.1, 0),
        {.name = "record in the digest", .task = records},
        {.name = "value in a histogram", .task = values},
    };
    enum { COUNT = sizeof(jobs) / sizeof(jobs[0]) };
    struct bench_figure figures[COUNT];

    for (uint32_t turn = 0; turn < TURNS; turn++) {
        take_turn(jobs, COUNT, turn);
    }
    for (size_t i = 0; i < COUNT; i++) {
        figures[i] = (struct bench_figure){
            .name = jobs[i].name,
            .value = bench_median(jobs[i].turns, TURNS),
            .unit = "ns",
            .ratio = bench_median(jobs[i].ratios, TURNS),
            .yardstick = jobs[0].name,
        };
    }
    bench_print_figures(figures, COUNT);
    return 0;
}
