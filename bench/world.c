/* M/M/1 at rho = 0.9 in a world: customers through the system per second of processor time.
 *
 * A producer, a queue and a consumer in one data centre, whose link and broker take no time: what
 * is left is what the world itself costs. The books are kept, every message's latency goes into two
 * histograms, and the trace's digest takes every step, as in any scenario. The yardstick is `limit`
 * (bench/limit.c). All take turns; figures are medians, ratios those of one turn. Usage:
 * bench_world [CUSTOMERS] */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "world/broker.h"
#include "world/consumer.h"
#include "world/datacenter.h"
#include "world/link.h"
#include "world/producer.h"

#include "bench/limit.h"

#define TURNS            5
#define INTERVAL_SECONDS 1e-3
#define SERVICE_SECONDS  0.9e-3

static struct sim_dist dist_of(enum sim_dist_kind kind, double parameter)
{
    struct sim_dist dist;
    struct sim_dist_error problem;
    bool is_valid = sim_dist_init(&dist, kind, &parameter, &problem);

    SIM_ASSERT(is_valid);
    return dist;
}

static struct world_node *add_producer(struct world_datacenter *datacenter)
{
    const struct sim_arrivals_config process = {
        .kind = SIM_ARRIVALS_POISSON,
        .rate = 1 / INTERVAL_SECONDS,
    };
    struct world_producer_config config = {
        .source = {.process = &process},
        .recipe =
            {
                .key = dist_of(SIM_DIST_CONSTANT, 0),
                .value = dist_of(SIM_DIST_CONSTANT, 0),
                .size = 100,
            },
        .buffer = 1000,
        .window = 1000,
        .timeout = SIM_SECOND,
        .backoff_first = SIM_SECOND,
        .backoff_max = SIM_SECOND,
    };
    world_producer *producer = world_producer_add(datacenter, "customers", &config, NULL);

    SIM_ASSERT(producer != NULL);
    return world_producer_node(producer);
}

static struct world_node *add_broker(
    struct world_datacenter *datacenter, enum world_queue_model model)
{
    struct world_broker_config config = {
        .hosted =
            {
                .model = model,
                .queue = {.capacity = 1 << 20, .lease = 1000 * SIM_SECOND, .prefetch = 1},
            },
        .operation = dist_of(SIM_DIST_CONSTANT, 0),
    };
    world_broker *broker = world_broker_add(datacenter, "line", &config, NULL);

    SIM_ASSERT(broker != NULL);
    return world_broker_node(broker);
}

static struct world_node *add_consumer(struct world_datacenter *datacenter)
{
    struct world_consumer_config config = {
        .service = dist_of(SIM_DIST_EXPONENTIAL, SERVICE_SECONDS),
        .workers = 1,
        .subscribe_every = SIM_SECOND,
    };
    world_consumer *consumer = world_consumer_add(datacenter, "desk", &config, NULL);

    SIM_ASSERT(consumer != NULL);
    return world_consumer_node(consumer);
}

static struct world *build(enum world_queue_model model)
{
    struct world *world = world_create(1);
    struct world_datacenter *datacenter = world_datacenter_add(world, "here", NULL);
    struct world_link_config at_once = {.latency = dist_of(SIM_DIST_CONSTANT, 0)};

    SIM_ASSERT(datacenter != NULL);
    const struct world_link *link = world_link_add(datacenter, datacenter, &at_once, NULL);
    SIM_ASSERT(link != NULL);
    struct world_node *producer = add_producer(datacenter);
    struct world_node *broker = add_broker(datacenter, model);
    struct world_node *consumer = add_consumer(datacenter);
    bool is_connected = world_producer_connect((world_producer *)producer, broker, NULL) &&
                        world_consumer_connect((world_consumer *)consumer, broker, NULL);
    SIM_ASSERT(is_connected);
    return world;
}

static struct bench_result run_world(enum world_queue_model model, uint64_t customer_count)
{
    struct world *world = build(model);
    sim_time until = world_time_for((double)customer_count * INTERVAL_SECONDS, 1);

    world->sample_interval = 100 * SIM_SECOND;
    (void)world_run(world, until, UINT64_MAX);
    struct bench_result result = {
        .mean = sim_histogram_mean(world->latency->histogram),
        .count = sim_histogram_count(world->latency->histogram),
    };
    world_destroy(world);
    return result;
}

static struct bench_result run_point_to_point(uint64_t customer_count)
{
    return run_world(WORLD_QUEUE_POINT_TO_POINT, customer_count);
}

static struct bench_result run_producer_consumer(uint64_t customer_count)
{
    return run_world(WORLD_QUEUE_PRODUCER_CONSUMER, customer_count);
}

/* ---- turns ---- */

struct contender {
    const char *name;
    struct bench_result (*run)(uint64_t customer_count);
    double ns[TURNS];
    double ratio[TURNS];
};

static double now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void take_turn(struct contender *contender, uint32_t turn, uint64_t customer_count)
{
    double before = now_ns();
    struct bench_result result = contender->run(customer_count);

    contender->ns[turn] = (now_ns() - before) / (double)result.count;
}

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a;
    double second = *(const double *)b;

    return (first > second) - (first < second);
}

static double median(double *values)
{
    qsort(values, TURNS, sizeof(*values), compare);
    return values[TURNS / 2];
}

int main(int argc, char **argv)
{
    uint64_t customer_count = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
    struct contender contenders[] = {
        {.name = "limit", .run = bench_limit},
        {.name = "world with point_to_point", .run = run_point_to_point},
        {.name = "world with producer_consumer", .run = run_producer_consumer},
    };
    enum { COUNT = sizeof(contenders) / sizeof(contenders[0]) };

    for (uint32_t turn = 0; turn < TURNS; turn++) {
        for (uint32_t i = 0; i < COUNT; i++) {
            take_turn(&contenders[i], turn, customer_count);
            contenders[i].ratio[turn] = contenders[i].ns[turn] / contenders[0].ns[turn];
        }
    }
    printf("| M/M/1, rho 0.9 | ns a customer | customers/s | : limit |\n");
    printf("|---|---:|---:|---:|\n");
    for (uint32_t i = 0; i < COUNT; i++) {
        double ns = median(contenders[i].ns);
        double ratio = median(contenders[i].ratio);
        printf("| %s | %.1f | %.1f M | %.2f |\n", contenders[i].name, ns, 1e3 / ns, ratio);
    }
    return 0;
}
