/* tests/reference/reference.c - a run built from sim/ and models/ alone, that prints its digest.
 *
 * It draws from every distribution and every arrival process, and serves a queue whose service
 * times are drawn by message. Every compiler, every level of optimisation and every C library must
 * print the same line: tests/bit-exact.sh builds it with what there is, musl included, and
 * compares. */
/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "models/producer_consumer.h"
#include "sim/arrivals.h"
#include "sim/dist.h"
#include "sim/run.h"
#include "sim/trace.h"

#define SEED        20
#define DRAWS       20000
#define CUSTOMERS   200000
#define LEASE       (1000 * SIM_SECOND)
#define WORKER_NODE 1

/* ---- draws ---- */

static const double parameters[SIM_DIST_KIND_COUNT][SIM_DIST_PARAMETERS_MAX] = {
    [SIM_DIST_CONSTANT] = {0.25},
    [SIM_DIST_UNIFORM] = {1, 3},
    [SIM_DIST_UNIFORM_INT] = {1, 1000000},
    [SIM_DIST_EXPONENTIAL] = {0.002},
    [SIM_DIST_NORMAL] = {0.03, 0.004},
    [SIM_DIST_LOGNORMAL] = {-1.2, 0.5},
    [SIM_DIST_ZIPF] = {1e6, 1.1},
    [SIM_DIST_NORMAL_POSITIVE] = {0.01, 0.02},
    [SIM_DIST_GAMMA] = {0.7, 2},
    [SIM_DIST_ERLANG] = {3, 0.5},
    [SIM_DIST_HYPEREXPONENTIAL] = {0.2, 5, 0.5},
    [SIM_DIST_PARETO] = {2.5, 1},
    [SIM_DIST_WEIBULL] = {1.5, 2},
};

static uint64_t bits_of(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static void draw_from_all(struct sim_trace *trace)
{
    for (uint32_t kind = 0; kind < SIM_DIST_KIND_COUNT; kind++) {
        struct sim_stream stream = sim_stream_named(SEED, sim_dist_form_of(kind)->name);
        struct sim_dist dist;
        struct sim_dist_error error;
        bool is_valid = sim_dist_init(&dist, kind, parameters[kind], &error);

        SIM_ASSERT(is_valid);
        for (uint32_t i = 0; i < DRAWS; i++) {
            struct sim_trace_record record = {
                .message = bits_of(sim_dist_draw(&dist, &stream)),
                .node = i,
                .kind = kind,
            };
            sim_trace_add(trace, &record);
        }
    }
}

/* ---- arrivals ---- */

static void follow(struct sim_trace *trace, const struct sim_arrivals_config *config)
{
    struct sim_stream stream = sim_stream_named(SEED, "arrivals");
    struct sim_arrivals arrivals;
    struct sim_dist_error error;
    sim_time now = 0;
    bool is_valid = sim_arrivals_init(&arrivals, config, stream, &error);

    SIM_ASSERT(is_valid);
    for (uint32_t i = 0; i < DRAWS && now != SIM_NEVER; i++) {
        now = sim_arrivals_next(&arrivals, now);
        struct sim_trace_record record = {.time = now, .message = i, .kind = config->kind};
        sim_trace_add(trace, &record);
    }
}

static void follow_all(struct sim_trace *trace)
{
    const struct sim_arrivals_config configs[] = {
        {.kind = SIM_ARRIVALS_POISSON, .rate = 800},
        {.kind = SIM_ARRIVALS_PERIODIC, .rate = 3},
        {.kind = SIM_ARRIVALS_BURSTY, .stage_count = 2, .stages = {{10, 5}, {1000, 0.5}}},
        {.kind = SIM_ARRIVALS_PIECEWISE,
         .repeats = true,
         .stage_count = 2,
         .stages = {{10, 5}, {0, 1}}},
        {.kind = SIM_ARRIVALS_DIURNAL, .rate = 10, .amplitude = 0.8, .period = 60, .peak = 20},
    };

    for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
        follow(trace, &configs[i]);
    }
}

/* ---- one server ---- */

struct server {
    struct sim_run run;
    struct sim_trace *trace;
    struct sim_dist interval;
    struct sim_dist service;
    struct sim_stream arrivals;
    struct sim_stream services;
    struct model_outbox outbox;
    model_pc *queue;
    uint32_t worker;
    struct model_delivery delivery; /* in the worker's hands, while is_busy */
    bool is_busy;
    uint64_t arrived;
    uint64_t served;
};

static void leave(void *context, uint64_t payload);

static void serve_next(struct server *server)
{
    sim_time now = server->run.now;

    if (server->is_busy ||
        model_pc_receive(server->queue, server->worker, now, &server->delivery, &server->outbox) !=
            MODEL_RECEIVED) {
        return;
    }
    struct sim_stream stream = sim_stream_of(&server->services, server->delivery.message.id);
    server->is_busy = true;
    (void)sim_run_after(
        &server->run, sim_dist_draw_time(&server->service, &stream), leave, server, 0);
}

static void leave(void *context, uint64_t payload)
{
    struct server *server = context;
    const struct model_delivery *delivery = &server->delivery;
    struct sim_trace_record record = {
        .time = server->run.now,
        .message = delivery->message.id,
        .node = WORKER_NODE,
    };

    SIM_ASSERT(payload == 0 && server->is_busy);
    sim_trace_add(server->trace, &record);
    enum model_ack_result result =
        model_pc_ack(server->queue, &delivery->lease, server->run.now, &server->outbox);
    SIM_ASSERT(result == MODEL_ACKED);
    server->is_busy = false;
    server->served++;
    model_outbox_clear(&server->outbox);
    serve_next(server);
}

static void arrive(void *context, uint64_t payload)
{
    struct server *server = context;
    struct model_message message = {
        .id = model_message_id(0, server->arrived++),
        .born = server->run.now,
    };
    enum model_send_result result =
        model_pc_send(server->queue, &message, server->run.now, &server->outbox);

    SIM_ASSERT(payload == 0 && result == MODEL_SENT);
    model_outbox_clear(&server->outbox);
    serve_next(server);
    if (server->arrived < CUSTOMERS) {
        sim_time interval = sim_dist_draw_time(&server->interval, &server->arrivals);
        (void)sim_run_after(&server->run, interval, arrive, server, 0);
    }
}

static void serve_queue(struct sim_trace *trace)
{
    const struct model_pc_config config = {.capacity = CUSTOMERS, .lease = LEASE};
    struct server server = {
        .trace = trace,
        .arrivals = sim_stream_named(SEED, "interval"),
        .services = sim_stream_named(SEED, "service"),
        .queue = model_pc_create(&config, NULL),
    };
    struct sim_dist_error error;
    bool is_valid =
        sim_dist_init(&server.interval, SIM_DIST_EXPONENTIAL, (const double[]){0.001}, &error) &&
        sim_dist_init(&server.service, SIM_DIST_EXPONENTIAL, (const double[]){0.0009}, &error);

    SIM_ASSERT(is_valid);
    sim_run_init(&server.run);
    model_outbox_init(&server.outbox);
    server.worker = model_pc_join(server.queue);
    (void)sim_run_after(&server.run, 0, arrive, &server, 0);
    enum sim_run_end end = sim_run_until(&server.run, SIM_NEVER, UINT64_MAX);
    SIM_ASSERT(end == SIM_RUN_EMPTY && server.served == CUSTOMERS);

    model_outbox_finish(&server.outbox);
    model_pc_destroy(server.queue);
    sim_run_finish(&server.run);
}

int main(void)
{
    struct sim_trace trace;

    sim_trace_init(&trace);
    draw_from_all(&trace);
    follow_all(&trace);
    serve_queue(&trace);
    printf("%016" PRIx64 " %" PRIu64 " records\n", trace.digest, trace.count);
    return 0;
}
