/* What a draw costs, and the digest of a record, in ns of processor time: medians of turns. Usage:
 * bench_variates */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/dist.h"
#include "sim/histogram.h"
#include "sim/random.h"
#include "sim/trace.h"

#define TURNS 9
#define DRAWS 2000000

static double now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a;
    double second = *(const double *)b;

    return (first > second) - (first < second);
}

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

static void measure(const char *name, task_fn *task, const struct sim_dist *dist)
{
    double turns[TURNS];
    volatile double kept;

    for (uint32_t i = 0; i < TURNS; i++) {
        struct sim_stream stream = sim_stream_named(1, "draws");
        double before = now_ns();
        kept = task(&stream, dist);
        turns[i] = (now_ns() - before) / DRAWS;
    }
    (void)kept;
    qsort(turns, TURNS, sizeof(turns[0]), compare);
    printf("| %s | %.1f |\n", name, turns[TURNS / 2]);
}

static void measure_kind(enum sim_dist_kind kind, double first, double second, double third)
{
    const double parameters[SIM_DIST_PARAMETERS_MAX] = {first, second, third};
    struct sim_dist dist;
    struct sim_dist_error error;
    bool is_valid = sim_dist_init(&dist, kind, parameters, &error);

    SIM_ASSERT(is_valid);
    measure(sim_dist_form_of(kind)->name, draws, &dist);
}

int main(void)
{
    printf("| what | ns |\n|---|---:|\n");
    measure("unit", units, NULL);
    measure("exponential, inline", exponentials, NULL);
    measure("normal, inline", normals, NULL);
    measure("exponential of a message's own stream", of_messages, NULL);
    measure_kind(SIM_DIST_EXPONENTIAL, 1, 0, 0);
    measure_kind(SIM_DIST_NORMAL, 0, 1, 0);
    measure_kind(SIM_DIST_NORMAL_POSITIVE, 1, 1, 0);
    measure_kind(SIM_DIST_LOGNORMAL, 0, 1, 0);
    measure_kind(SIM_DIST_GAMMA, 2.5, 1, 0);
    measure_kind(SIM_DIST_HYPEREXPONENTIAL, 0.9, 0.5, 5.5);
    measure_kind(SIM_DIST_PARETO, 2.5, 1, 0);
    measure_kind(SIM_DIST_WEIBULL, 2, 1, 0);
    measure_kind(SIM_DIST_ZIPF, 1e9, 1.1, 0);
    measure("record in the digest", records, NULL);
    measure("value in a histogram", values, NULL);
    return 0;
}
