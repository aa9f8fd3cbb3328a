/* M/M/1 at rho = 0.9: customers through the system per second of processor time.
 *
 * Arrivals and services are exponential; every customer's time in the system goes into a histogram.
 * The yardstick is `limit` (bench/limit.c); then the same on sim/ with its queue a real
 * model. All take turns; figures are medians, ratios those of one turn. Usage: bench_mm1
 * [CUSTOMERS] */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "models/point_to_point.h"
#include "models/producer_consumer.h"
#include "sim/random.h"
#include "sim/registry.h"
#include "sim/run.h"
#include "sim/trace.h"

#include "bench/limit.h"
#include "bench/measure.h"

#define TURNS         5
#define INTERVAL_MEAN 1e9
#define SERVICE_MEAN  0.9e9
#define CAPACITY      (UINT64_C(1) << 13) /* as many bytes as the ring of the limit */

struct station {
    struct sim_run run;
    sim_registry *registry;
    struct sim_tally *time_in_system;
    struct sim_stream intervals;
    struct sim_stream services;
    uint64_t customer_count;
    uint64_t arrived_count;
    bool is_busy;
    struct model_p2p ring;
    struct model_message served;
    model_pc *queue;
    struct model_outbox outbox;
    struct model_delivery delivery;
    uint32_t consumer;
};

static sim_time draw(struct sim_stream *stream, double mean)
{
    return (sim_time)(mean * sim_stream_exponential(stream));
}

static void station_init(struct station *station, uint64_t customer_count)
{
    *station = (struct station){.customer_count = customer_count};
    sim_run_init(&station->run);
    station->registry = sim_registry_create(1);
    station->time_in_system = sim_registry_tally(station->registry, "time in system", "ns");
    station->intervals = sim_stream_named(1, "intervals");
    station->services = sim_stream_named(1, "services");
}

static struct bench_result station_finish(struct station *station)
{
    struct bench_result result = {
        .mean = sim_histogram_mean(station->time_in_system->histogram),
        .count = sim_histogram_count(station->time_in_system->histogram),
    };

    sim_registry_destroy(station->registry);
    sim_run_finish(&station->run);
    return result;
}

static bool next_message(struct station *station, struct model_message *out_message)
{
    if (station->arrived_count == station->customer_count) {
        return false;
    }
    uint64_t id = model_message_id(1, station->arrived_count++);
    *out_message = (struct model_message){.id = id, .born = station->run.now};
    return true;
}

/* ---- point_to_point ---- */

static void p2p_finish(void *context, uint64_t payload);

static void p2p_serve(struct station *station)
{
    station->is_busy = model_p2p_receive(&station->ring, &station->served);
    if (station->is_busy) {
        sim_time service = draw(&station->services, SERVICE_MEAN);
        sim_run_after(&station->run, service, p2p_finish, station, 0);
    }
}

static void p2p_finish(void *context, uint64_t payload)
{
    struct station *station = context;

    (void)payload;
    sim_tally_record(station->time_in_system, station->run.now - station->served.born);
    p2p_serve(station);
}

static void p2p_arrive(void *context, uint64_t payload)
{
    struct station *station = context;
    struct model_message message;

    (void)payload;
    if (!next_message(station, &message)) {
        return;
    }
    bool sent = model_p2p_send(&station->ring, &message);
    SIM_ASSERT(sent);
    sim_time interval = draw(&station->intervals, INTERVAL_MEAN);
    sim_run_after(&station->run, interval, p2p_arrive, station, 0);
    if (!station->is_busy) {
        p2p_serve(station);
    }
}

static struct bench_result run_point_to_point(uint64_t customer_count)
{
    struct station station;
    size_t size = model_p2p_size(CAPACITY, sizeof(struct model_message));
    void *memory = sim_allocate(1, size);

    station_init(&station, customer_count);
    enum model_p2p_status status =
        model_p2p_init(&station.ring, memory, size, CAPACITY, sizeof(struct model_message));
    SIM_ASSERT(status == MODEL_P2P_OK);
    sim_run_after(&station.run, 0, p2p_arrive, &station, 0);
    (void)sim_run_until(&station.run, SIM_NEVER, UINT64_MAX);
    free(memory);
    return station_finish(&station);
}

/* ---- producer_consumer, with lease and ack ---- */

static void pc_finish(void *context, uint64_t payload);

static void pc_serve(struct station *station)
{
    station->is_busy = model_pc_receive(
                           station->queue,
                           station->consumer,
                           station->run.now,
                           &station->delivery,
                           &station->outbox) == MODEL_RECEIVED;
    if (station->is_busy) {
        sim_time service = draw(&station->services, SERVICE_MEAN);
        sim_run_after(&station->run, service, pc_finish, station, 0);
    }
    model_outbox_clear(&station->outbox);
}

static void pc_finish(void *context, uint64_t payload)
{
    struct station *station = context;
    sim_time now = station->run.now;

    (void)payload;
    enum model_ack_result result =
        model_pc_ack(station->queue, &station->delivery.lease, now, &station->outbox);
    SIM_ASSERT(result == MODEL_ACKED);
    sim_tally_record(station->time_in_system, now - station->delivery.message.born);
    pc_serve(station);
}

static void pc_arrive(void *context, uint64_t payload)
{
    struct station *station = context;
    struct model_message message;

    (void)payload;
    if (!next_message(station, &message)) {
        return;
    }
    enum model_send_result result =
        model_pc_send(station->queue, &message, station->run.now, &station->outbox);
    SIM_ASSERT(result == MODEL_SENT);
    model_outbox_clear(&station->outbox);
    sim_time interval = draw(&station->intervals, INTERVAL_MEAN);
    sim_run_after(&station->run, interval, pc_arrive, station, 0);
    if (!station->is_busy) {
        pc_serve(station);
    }
}

static struct bench_result run_producer_consumer(uint64_t customer_count)
{
    struct station station;
    const struct model_pc_config config = {.capacity = CAPACITY, .lease = 1000 * SIM_SECOND};

    station_init(&station, customer_count);
    model_outbox_init(&station.outbox);
    station.queue = model_pc_create(&config, NULL);
    station.consumer = model_pc_join(station.queue);
    sim_run_after(&station.run, 0, pc_arrive, &station, 0);
    (void)sim_run_until(&station.run, SIM_NEVER, UINT64_MAX);
    model_pc_destroy(station.queue);
    model_outbox_finish(&station.outbox);
    return station_finish(&station);
}

/* ---- turns ---- */

struct contender {
    const char *name;
    struct bench_result (*run)(uint64_t customer_count);
    double bar; /* the most its time may be, as a multiple of the yardstick's; 0: none */
    double mean;
    double ns[TURNS];
    double ratio[TURNS];
};

static void take_turn(struct contender *contenders, size_t count, uint32_t turn, uint64_t customers)
{
    for (size_t i = 0; i < count; i++) {
        struct contender *contender = &contenders[i];
        double before = bench_now_ns();
        struct bench_result result = contender->run(customers);
        contender->ns[turn] = (bench_now_ns() - before) / (double)customers;
        contender->ratio[turn] = contender->ns[turn] / contenders[0].ns[turn];
        contender->mean = result.mean;
        SIM_ASSERT(result.count == customers);
    }
}

static struct bench_figure figure_of(struct contender *contender, const char *yardstick)
{
    return (struct bench_figure){
        .name = contender->name,
        .value = bench_median(contender->ns, TURNS),
        .unit = "ns",
        .ratio = bench_median(contender->ratio, TURNS),
        .yardstick = yardstick,
        .bar_kind = contender->bar > 0 ? BENCH_BAR_RATIO : BENCH_BAR_NONE,
        .bar = contender->bar,
    };
}

int main(int argc, char **argv)
{
    struct contender contenders[] = {
        {.name = "limit", .run = bench_limit},
        {.name = "sim + point_to_point", .run = run_point_to_point, .bar = 1.6},
        {.name = "sim + producer_consumer", .run = run_producer_consumer, .bar = 2.6},
    };
    enum { COUNT = sizeof(contenders) / sizeof(contenders[0]) };
    struct bench_figure figures[COUNT];
    uint64_t customer_count = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;

    for (uint32_t turn = 0; turn < TURNS; turn++) {
        take_turn(contenders, COUNT, turn, customer_count);
    }
    printf("M/M/1 at load 0.9, %llu customers\n\n", (unsigned long long)customer_count);
    for (size_t i = 0; i < COUNT; i++) {
        figures[i] = figure_of(&contenders[i], contenders[0].name);
        double mean = contenders[i].mean / 1e9;
        printf(
            "%s: %.1f million customers/s, %.4f s in the system (theory: 9)\n",
            figures[i].name,
            1e3 / figures[i].value,
            mean);
    }
    printf("\n");
    bench_print_figures(figures, COUNT);
    return 0;
}
