/* What a rule costs on its way to a work order: wall time, and the assignment of 2,000 to 2,000.
 *
 * Rules come from a producer, wait in a queue in memory, and are answered by one generator, without
 * batches; each order is accepted and done. Usage: bench_ticket [RULES] */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "world/assign.h"
#include "world/broker.h"
#include "world/consumer.h"
#include "world/datacenter.h"
#include "world/generator.h"
#include "world/producer.h"

#include "bench/measure.h"

#define TURNS   5
#define RATE    20000.0 /* rules per second of virtual time */
#define PERSONS 2000
#define SIDE    2000

static struct sim_dist dist_of(enum sim_dist_kind kind, double a, double b)
{
    struct sim_dist dist;
    struct sim_dist_error problem;
    bool is_valid = sim_dist_init(&dist, kind, (const double[]){a, b}, &problem);

    SIM_ASSERT(is_valid);
    return dist;
}

static world_order_book *add_book(struct world_datacenter *datacenter)
{
    const struct world_order_book_config config = {
        .roster =
            {
                .customers = 200000,
                .persons = PERSONS,
                .regions = 4,
                .skills = 5,
                .bound = 0.5,
                .mastery = 0.5,
                .capacity = 1000000,
                .worth = dist_of(SIM_DIST_LOGNORMAL, 7, 1),
            },
        .fields = {.region = 0, .skill = 1, .floor = -2, .priority = -2, .action = -2},
        .day = 3600 * SIM_SECOND,
        .accept = dist_of(SIM_DIST_EXPONENTIAL, 1, 0),
        .accept_within = 10 * SIM_SECOND,
        .work = dist_of(SIM_DIST_EXPONENTIAL, 2, 0),
        .journal = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 16 << 20},
    };

    return world_order_book_add(datacenter, "orders", &config, NULL);
}

static world_producer *add_users(struct world_datacenter *datacenter)
{
    const struct sim_arrivals_config process = {.kind = SIM_ARRIVALS_POISSON, .rate = RATE};
    const struct world_producer_config config = {
        .source = {.process = &process},
        .recipe =
            {
                .key = dist_of(SIM_DIST_UNIFORM_INT, 0, PERSONS - 1),
                .value = dist_of(SIM_DIST_CONSTANT, 0, 0),
                .attributes =
                    {
                        dist_of(SIM_DIST_CONSTANT, 0, 0),
                        dist_of(SIM_DIST_UNIFORM_INT, 0, 5),
                    },
                .attribute_count = 2,
                .size = 100,
            },
        .buffer = 100000,
        .window = 1000,
        .timeout = SIM_SECOND,
        .backoff_first = SIM_SECOND,
        .backoff_max = SIM_SECOND,
    };

    return world_producer_add(datacenter, "users", &config, NULL);
}

static void add_generator(struct world_datacenter *datacenter, world_broker *broker)
{
    world_order_book *book = add_book(datacenter);
    const struct world_generator_config config = {
        .book = book,
        .service = dist_of(SIM_DIST_EXPONENTIAL, 10e-6, 0),
        .batch_max = 1,
        .window = 1000,
        .look_every = SIM_SECOND,
    };
    const struct world_consumer_config taking = {
        .service = dist_of(SIM_DIST_CONSTANT, 0, 0),
        .workers = 1000,
        .subscribe_every = SIM_SECOND,
    };
    world_generator *generator = world_generator_add(datacenter, "generator", &config, NULL);
    world_consumer *intake = world_consumer_add(datacenter, "intake", &taking, NULL);
    struct world_node *node = world_generator_node(generator);
    bool is_connected = world_generator_connect(generator, world_order_book_node(book), NULL) &&
                        world_consumer_connect(intake, world_broker_node(broker), NULL) &&
                        world_consumer_charge_to(intake, node, NULL);

    SIM_ASSERT(is_connected);
}

/* Rules per second of processor time. */
static double run_rules(double rules)
{
    struct world *world = world_create(1);
    struct world_datacenter *datacenter = world_datacenter_add(world, "office", NULL);
    const struct world_broker_config queue = {
        .hosted.queue = {.capacity = 1000000, .lease = 5 * SIM_SECOND, .prefetch = 1000}};
    world_broker *broker = world_broker_add(datacenter, "rules", &queue, NULL);
    world_producer *users = add_users(datacenter);
    bool is_connected = world_producer_connect(users, world_broker_node(broker), NULL);

    SIM_ASSERT(is_connected);
    add_generator(datacenter, broker);
    double before = bench_now_ns();
    (void)world_run(world, (sim_time)(rules / RATE * 1e9), UINT64_MAX);
    double after = bench_now_ns();
    double decided =
        (double)sim_registry_find(world->registry, "office/generator/decided")->counter.value;
    world_destroy(world);
    return decided / (after - before) * 1e9;
}

/* Seconds of processor time for a matrix of worth times fit, or of random values. */
static double run_assignment(bool is_ticket)
{
    struct world_assign solver = {0};
    struct sim_stream stream = sim_stream_named(1, "values");
    int64_t *values = sim_allocate((size_t)SIDE * SIDE, sizeof(*values));
    uint32_t *columns = sim_allocate(SIDE, sizeof(*columns));

    for (size_t row = 0; row < SIDE; row++) {
        uint64_t worth = is_ticket ? 1000 + sim_stream_below(&stream, 9000) : 1000;
        for (size_t column = 0; column < SIDE; column++) {
            uint64_t fit = is_ticket ? 500 + sim_stream_below(&stream, 1001)
                                     : sim_stream_below(&stream, 1000000);
            values[row * SIDE + column] = (int64_t)(worth * fit / 1000);
        }
    }
    double before = bench_now_ns();
    (void)world_assign_solve(&solver, values, SIDE, SIDE, columns);
    double after = bench_now_ns();
    world_assign_finish(&solver);
    free(columns);
    free(values);
    return (after - before) * 1e-9;
}

int main(int argc, char **argv)
{
    double rules = argc > 1 ? strtod(argv[1], NULL) : 300000;
    double best = 0;

    for (int turn = 0; turn < TURNS; turn++) {
        double found = run_rules(rules);
        best = found > best ? found : best;
    }
    printf("rules answered per second, best of %d turns: %.0f (bar: 300,000)\n", TURNS, best);
    printf("assignment, %d x %d, random: %.3f s (bar: 1 s)\n", SIDE, SIDE, run_assignment(false));
    printf("assignment, %d x %d, worth times fit: %.3f s\n", SIDE, SIDE, run_assignment(true));
    return EXIT_SUCCESS;
}
