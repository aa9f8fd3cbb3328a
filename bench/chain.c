/* A chain of three data centres: messages through it per second of processor time.
 *
 * A producer in the first sends 100,000 messages a second to a queue in the second, which delivers
 * them to a consumer in the third. The links take time, so every message is on the wire four times:
 * sent, confirmed, delivered, acked; each hop is a packet that the links count, and the counts must
 * add up. Usage: bench_chain [MESSAGES] */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "world/broker.h"
#include "world/consumer.h"
#include "world/datacenter.h"
#include "world/link.h"
#include "world/producer.h"

#include "bench/measure.h"

#define TURNS  5
#define BAR_NS 1000 /* a million a second */
#define RATE   1e5
#define HOPS   4

static struct sim_dist dist_of(enum sim_dist_kind kind, double first, double second)
{
    const double parameters[] = {first, second};
    struct sim_dist dist;
    struct sim_dist_error problem;
    bool is_valid = sim_dist_init(&dist, kind, parameters, &problem);

    SIM_ASSERT(is_valid);
    return dist;
}

static world_producer *add_producer(struct world_datacenter *datacenter)
{
    const struct sim_arrivals_config process = {.kind = SIM_ARRIVALS_POISSON, .rate = RATE};
    const struct world_producer_config config = {
        .source = {.process = &process},
        .recipe =
            {
                .key = dist_of(SIM_DIST_UNIFORM_INT, 1, 1000),
                .value = dist_of(SIM_DIST_CONSTANT, 1, 0),
                .size = 100,
            },
        .buffer = 100000,
        .window = 100000,
        .timeout = SIM_SECOND,
        .backoff_first = SIM_SECOND,
        .backoff_max = SIM_SECOND,
    };

    return world_producer_add(datacenter, "collector", &config, NULL);
}

static world_broker *add_broker(struct world_datacenter *datacenter)
{
    const struct world_broker_config config = {
        .hosted.model = WORLD_QUEUE_PRODUCER_CONSUMER,
        .hosted.queue = {.capacity = 1 << 20, .lease = 10 * SIM_SECOND, .prefetch = 100000},
        .operation = dist_of(SIM_DIST_CONSTANT, 0, 0),
    };

    return world_broker_add(datacenter, "queue", &config, NULL);
}

static world_consumer *add_consumer(struct world_datacenter *datacenter)
{
    const struct world_consumer_config config = {
        .service = dist_of(SIM_DIST_EXPONENTIAL, 1e-3, 0),
        .workers = 200,
        .subscribe_every = SIM_SECOND,
    };

    return world_consumer_add(datacenter, "service", &config, NULL);
}

struct chain {
    struct world *world;
    const struct world_link *links[2];
};

static struct chain build(void)
{
    const struct world_link_config wire = {.latency = dist_of(SIM_DIST_NORMAL, 10e-3, 1e-3)};
    struct chain chain = {.world = world_create(1)};
    struct world_datacenter *first = world_datacenter_add(chain.world, "first", NULL);
    struct world_datacenter *second = world_datacenter_add(chain.world, "second", NULL);
    struct world_datacenter *third = world_datacenter_add(chain.world, "third", NULL);

    chain.links[0] = world_link_add(first, second, &wire, NULL);
    chain.links[1] = world_link_add(second, third, &wire, NULL);
    world_producer *producer = add_producer(first);
    world_broker *broker = add_broker(second);
    world_consumer *consumer = add_consumer(third);
    bool is_connected = world_producer_connect(producer, world_broker_node(broker), NULL) &&
                        world_consumer_connect(consumer, world_broker_node(broker), NULL);
    SIM_ASSERT(is_connected);
    return chain;
}

/* Every message took every hop, but for those that are under way, and none was lost. */
static void check_hops(const struct chain *chain, const struct world_audit_totals *totals)
{
    uint64_t carried = chain->links[0]->carried->value + chain->links[1]->carried->value;

    SIM_ASSERT(world_link_is_conserved(chain->links[0]));
    SIM_ASSERT(world_link_is_conserved(chain->links[1]));
    SIM_ASSERT(totals->lost == 0 && totals->repeated == 0);
    SIM_ASSERT(carried >= HOPS * totals->settled - totals->settled / 100);
}

static double run(uint64_t message_count)
{
    struct chain chain = build();
    double before = bench_now_ns();

    (void)world_run(chain.world, world_time_for((double)message_count, RATE), UINT64_MAX);
    double duration = bench_now_ns() - before;
    struct world_audit_totals totals = world_audit_totals_of(chain.world->audit);
    check_hops(&chain, &totals);
    SIM_ASSERT(totals.settled > 0);
    world_destroy(chain.world);
    return duration / (double)totals.settled;
}

int main(int argc, char **argv)
{
    uint64_t message_count = argc > 1 ? strtoull(argv[1], NULL, 10) : 3000000;
    double ns[TURNS];

    for (uint32_t turn = 0; turn < TURNS; turn++) {
        ns[turn] = run(message_count);
    }
    double median = bench_median(ns, TURNS);
    const struct bench_figure figures[] = {
        {
            .name = "a message through three centres",
            .value = median,
            .unit = "ns",
            .bar_kind = BENCH_BAR_VALUE,
            .bar = BAR_NS,
        },
        {.name = "of it, a hop", .value = median / HOPS, .unit = "ns"},
    };
    bench_print_figures(figures, sizeof(figures) / sizeof(figures[0]));
    return 0;
}
