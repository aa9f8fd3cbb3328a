/* How large a world may be: memory of an idle producer, time of an event as the number of nodes
 * grows, and a million messages on the wire at once.
 *
 * Producers in one data centre send through a link to one queue in another, which a consumer works
 * off. All together they send equally often, however many they are. Usage: bench_scale [NODES] */
/* SPDX-License-Identifier: MIT */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "world/broker.h"
#include "world/consumer.h"
#include "world/datacenter.h"
#include "world/link.h"
#include "world/producer.h"

#include "bench/measure.h"

#define TURNS       3
#define EVENTS      1000000
#define NODES_FEW   100
#define BYTES_BAR   512
#define ON_WIRE_BAR 1000000

struct plan {
    uint32_t producers;
    double rate;    /* of all */
    double latency; /* seconds */
};

static struct sim_dist dist_of(enum sim_dist_kind kind, double first, double second)
{
    const double parameters[] = {first, second};
    struct sim_dist dist;
    struct sim_dist_error problem;
    bool is_valid = sim_dist_init(&dist, kind, parameters, &problem);

    SIM_ASSERT(is_valid);
    return dist;
}

static world_broker *add_broker(struct world_datacenter *datacenter)
{
    const struct world_broker_config config = {
        .hosted.model = WORLD_QUEUE_PRODUCER_CONSUMER,
        .hosted.queue = {.capacity = 1 << 22, .lease = 100 * SIM_SECOND, .prefetch = 1000},
        .operation = dist_of(SIM_DIST_CONSTANT, 0, 0),
    };

    return world_broker_add(datacenter, "queue", &config, NULL);
}

static world_consumer *add_consumer(struct world_datacenter *datacenter)
{
    const struct world_consumer_config config = {
        .service = dist_of(SIM_DIST_CONSTANT, 1e-4, 0),
        .workers = 1000,
        .subscribe_every = SIM_SECOND,
    };

    return world_consumer_add(datacenter, "service", &config, NULL);
}

static void add_producers(
    struct world_datacenter *datacenter, const struct plan *plan, struct world_node *broker)
{
    const struct sim_arrivals_config process = {
        .kind = SIM_ARRIVALS_POISSON,
        .rate = plan->rate / plan->producers,
    };
    const struct world_producer_config config = {
        .source = {.process = &process},
        .recipe =
            {.key = dist_of(SIM_DIST_UNIFORM_INT, 1, 1000),
             .value = dist_of(SIM_DIST_CONSTANT, 1, 0)},
        .buffer = 1000000,
        .window = 1000000,
        .timeout = 100 * SIM_SECOND,
        .backoff_first = SIM_SECOND,
        .backoff_max = SIM_SECOND,
    };

    for (uint32_t i = 0; i < plan->producers; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "p%u", i);
        world_producer *producer = world_producer_add(datacenter, name, &config, NULL);
        SIM_ASSERT(producer != NULL);
        bool is_connected = world_producer_connect(producer, broker, NULL);
        SIM_ASSERT(is_connected);
    }
}

static struct world *build(const struct plan *plan)
{
    struct world *world = world_create(1);
    struct world_datacenter *here = world_datacenter_add(world, "here", NULL);
    struct world_datacenter *there = world_datacenter_add(world, "there", NULL);
    const struct world_link_config wire = {
        .latency = dist_of(SIM_DIST_UNIFORM, plan->latency, 1.01 * plan->latency)};
    const struct world_link_config at_once = {.latency = dist_of(SIM_DIST_CONSTANT, 0, 0)};
    const struct world_link *link = world_link_add(here, there, &wire, NULL);
    const struct world_link *inside = world_link_add(there, there, &at_once, NULL);
    world_broker *broker = add_broker(there);

    SIM_ASSERT(link != NULL && inside != NULL && broker != NULL);
    bool is_connected =
        world_consumer_connect(add_consumer(there), world_broker_node(broker), NULL);
    SIM_ASSERT(is_connected);
    add_producers(here, plan, world_broker_node(broker));
    return world;
}

/* Bytes of each producer that has had nothing to send, its first arrival pending. */
static double idle_bytes(uint32_t producers)
{
    struct plan plan = {.producers = producers, .rate = 1e-6, .latency = 0.01};
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    struct world *world = build(&plan);

    (void)world_run(world, SIM_SECOND / 2, UINT64_MAX);
    size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
    world_destroy(world);
    return (double)(after - before) / producers;
}

/* Of one event, once every producer has sent some messages. What grows is the time that memory
 * takes to answer: the instructions stay the same. */
static double event_ns(uint32_t producers)
{
    struct plan plan = {.producers = producers, .rate = 1e5, .latency = 0.01};
    struct world *world = build(&plan);

    (void)world_run(world, 100 * SIM_SECOND, 10 * (uint64_t)producers);
    uint64_t fired = world->run.fired_count;
    double before = bench_now_ns();
    (void)world_run(world, 100 * SIM_SECOND, fired + EVENTS);
    double duration = bench_now_ns() - before;
    SIM_ASSERT(world->run.fired_count == fired + EVENTS);
    world_destroy(world);
    return duration / EVENTS;
}

/* Sends of a second and confirmations of the next are on the wire together. */
static double packets_on_wire(uint32_t producers, double *out_ns)
{
    struct plan plan = {.producers = producers, .rate = 1.05e6, .latency = 1};
    struct world *world = build(&plan);
    double before = bench_now_ns();

    (void)world_run(world, SIM_SECOND * 99 / 100, UINT64_MAX);
    uint32_t most = world->packets.count;
    *out_ns = (bench_now_ns() - before) / (double)world->run.fired_count;
    struct world_audit_totals totals = world_audit_totals_of(world->audit);
    SIM_ASSERT(totals.arrived == totals.unaccepted && totals.lost == 0);
    world_destroy(world);
    return most;
}

int main(int argc, char **argv)
{
    uint32_t nodes = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
    double few[TURNS];
    double many[TURNS];
    double ratio[TURNS];
    double wire_ns;
    char name[64];

    for (uint32_t turn = 0; turn < TURNS; turn++) {
        few[turn] = event_ns(NODES_FEW);
        many[turn] = event_ns(nodes);
        ratio[turn] = many[turn] / few[turn];
    }
    (void)snprintf(name, sizeof(name), "an event among %u nodes", nodes);
    const struct bench_figure figures[] = {
        {
            .name = "an idle producer",
            .value = idle_bytes(nodes),
            .unit = "bytes",
            .bar_kind = BENCH_BAR_VALUE,
            .bar = BYTES_BAR,
        },
        {.name = "an event among 100 nodes", .value = bench_median(few, TURNS), .unit = "ns"},
        {
            .name = name,
            .value = bench_median(many, TURNS),
            .unit = "ns",
            .ratio = bench_median(ratio, TURNS),
            .yardstick = "few",
        },
    };
    double on_wire = packets_on_wire(nodes, &wire_ns);
    bench_print_figures(figures, sizeof(figures) / sizeof(figures[0]));
    printf(
        "\n%.0f messages on the wire at once, from %u nodes, at %.1f ns an event: %s\n",
        on_wire,
        nodes,
        wire_ns,
        on_wire >= ON_WIRE_BAR ? "met" : "NOT MET");
    return 0;
}
