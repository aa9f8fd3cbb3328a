/* The nodes are made from the book outwards, and connected as they are made. */
/* SPDX-License-Identifier: MIT */
#include "tests/ticket_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/link.h"

#include "tests/world_fixture.h"

#define CENTRAL 0

struct ticket_config ticket_small(uint64_t seed, enum ticket_design design)
{
    return (struct ticket_config){
        .seed = seed,
        .design = design,
        .is_fencing = true,
        .latency = 5 * SIM_MILLISECOND,
        .day = 5 * SIM_SECOND,
        .rate = 30,
        .service = fixture_dist(SIM_DIST_EXPONENTIAL, 1e-3, 0),
        .customers = 60,
        .capacity = 4,
        .has_loops = true,
    };
}

static void may_break(struct ticket *ticket, struct world_node *node)
{
    assert_true(ticket->breakable_count < TICKET_NODES);
    ticket->breakable[ticket->breakable_count++] = node;
}

static void add_book(struct ticket *ticket)
{
    struct world_order_book_config config = {
        .roster =
            {
                .customers = ticket->config.customers,
                .persons = TICKET_PERSONS,
                .regions = TICKET_PLACES,
                .skills = 2,
                .bound = 0.3,
                .closed = 0.05,
                .mastery = 0.7,
                .spread = 0.3,
                .capacity = ticket->config.capacity,
                .worth = fixture_dist(SIM_DIST_UNIFORM_INT, 100, 1000),
            },
        .fields = {.region = 0, .skill = 1, .floor = 2, .priority = 3, .action = 4},
        .day = ticket->config.day,
        .accept = fixture_dist(SIM_DIST_EXPONENTIAL, 1, 0),
        .accept_within = SIM_SECOND,
        .work = fixture_dist(SIM_DIST_EXPONENTIAL, 100, 0),
        .idle = 1,
        .journal = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 1 << 20},
    };

    if (ticket->config.remember > 0) {
        config.remember = ticket->config.remember;
        config.roster.bound = 0;
        config.roster.closed = 0;
        config.roster.mastery = 1;
        config.roster.spread = 0;
        config.roster.worth = fixture_dist(SIM_DIST_CONSTANT, 1000, 0);
        config.accept_within = SIM_NEVER;
        config.idle = 0;
    }
    ticket->book = world_order_book_add(ticket->places[CENTRAL], "orders", &config, NULL);
    assert_non_null(ticket->book);
    may_break(ticket, world_order_book_node(ticket->book));
}

/* Exponential with this mean it rounds to 0, but for one in seventy: 1, or seldom 2. */
static struct sim_dist action_of(const struct ticket *ticket)
{
    return ticket->config.has_loops ? fixture_dist(SIM_DIST_EXPONENTIAL, 0.118, 0)
                                    : fixture_dist(SIM_DIST_CONSTANT, 0, 0);
}

static void add_users(struct ticket *ticket, uint32_t place, struct world_node *queue)
{
    const struct sim_arrivals_config process = {
        .kind = SIM_ARRIVALS_POISSON,
        .rate = ticket->config.rate,
    };
    uint32_t each = TICKET_PERSONS / TICKET_PLACES;
    const struct world_producer_config config = {
        .source = {.process = &process},
        .recipe =
            {
                .key = fixture_dist(SIM_DIST_UNIFORM_INT, place * each, (place + 1) * each - 1),
                .value = fixture_dist(SIM_DIST_CONSTANT, 0, 0),
                .attributes =
                    {
                        fixture_dist(SIM_DIST_UNIFORM_INT, 0, TICKET_PLACES),
                        fixture_dist(SIM_DIST_UNIFORM_INT, 0, 2),
                        fixture_dist(SIM_DIST_UNIFORM_INT, 0, 300),
                        fixture_dist(SIM_DIST_UNIFORM_INT, 0, 3),
                        action_of(ticket),
                    },
                .attribute_count = 5,
                .size = 100,
            },
        .buffer = 10000,
        .window = 1000,
        .timeout = SIM_SECOND,
        .backoff_first = SIM_SECOND / 10,
        .backoff_max = SIM_SECOND,
    };

    ticket->users[place] = world_producer_add(ticket->places[place], "users", &config, NULL);
    assert_non_null(ticket->users[place]);
    assert_true(world_producer_connect(ticket->users[place], queue, NULL));
}

static void add_queue(struct ticket *ticket, uint32_t place)
{
    const struct world_broker_config config = {
        .hosted.queue =
            {
                .capacity = 100000,
                .lease = SIM_SECOND,
                .prefetch = 100,
                .attempts_max = ticket->config.has_loops ? 20 : 0,
                .backoff_first = SIM_SECOND / 20,
                .backoff_max = SIM_SECOND / 20,
            },
        .durable = ticket->config.has_loops,
        .journal = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 1 << 20},
    };

    ticket->queues[place] = world_broker_add(ticket->places[place], "rules", &config, NULL);
    assert_non_null(ticket->queues[place]);
}

static void add_intake(
    struct ticket *ticket, uint32_t place, uint32_t from, struct world_node *decider)
{
    const struct world_consumer_config config = {
        .service = fixture_dist(SIM_DIST_CONSTANT, 0, 0),
        .workers = 1000,
        .subscribe_every = SIM_SECOND / 10,
    };
    world_consumer *intake = world_consumer_add(ticket->places[place], "intake", &config, NULL);

    assert_non_null(intake);
    ticket->intakes[place] = intake;
    assert_true(world_consumer_connect(intake, world_broker_node(ticket->queues[from]), NULL));
    assert_true(world_consumer_charge_to(intake, decider, NULL));
}

static void add_generator(struct ticket *ticket, uint32_t place, uint32_t region)
{
    const struct world_generator_config config = {
        .book = ticket->book,
        .service = ticket->config.service,
        .examine = ticket->config.has_loops ? SIM_MICROSECOND : 0,
        .gather = ticket->config.gather,
        .batch_max = 100,
        .is_optimal = true,
        .solve = 1,
        .region = region,
        .window = 1000,
        .look_every = 20 * SIM_MILLISECOND,
    };

    ticket->generators[place] =
        world_generator_add(ticket->places[place], "generator", &config, NULL);
    assert_non_null(ticket->generators[place]);
    may_break(ticket, world_generator_node(ticket->generators[place]));
}

static void write_to(struct ticket *ticket, uint32_t place, struct world_node *target)
{
    assert_true(world_generator_connect(ticket->generators[place], target, NULL));
}

static void add_standby(struct ticket *ticket)
{
    const struct world_coordinator_config lease = {.lease = SIM_SECOND};
    const struct world_fence_config fence = {
        .is_fencing = ticket->config.is_fencing,
        .journal = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 1 << 20},
        .window = 1000,
    };
    const struct world_singleton_config candidate = {
        .renew_every = SIM_SECOND / 4,
        .margin = SIM_SECOND / 20,
        .work = fixture_dist(SIM_DIST_CONSTANT, 20e-3, 0),
        .window = 1000,
    };

    ticket->coordinator =
        world_coordinator_add(ticket->places[CENTRAL], "coordinator", &lease, NULL);
    ticket->fence = world_fence_add(ticket->places[CENTRAL], "fence", &fence, NULL);
    assert_true(world_fence_connect(ticket->fence, world_order_book_node(ticket->book), NULL));
    may_break(ticket, world_coordinator_node(ticket->coordinator));
    may_break(ticket, world_fence_node(ticket->fence));
    for (uint32_t place = 0; place < TICKET_PLACES; place++) {
        world_singleton *singleton =
            world_singleton_add(ticket->places[place], "candidate", &candidate, NULL);
        ticket->singletons[place] = singleton;
        assert_true(world_singleton_connect(singleton, world_fence_node(ticket->fence), NULL));
        assert_true(
            world_singleton_contend(singleton, world_coordinator_node(ticket->coordinator), NULL));
        add_generator(ticket, place, 0);
        write_to(ticket, place, world_singleton_node(singleton));
        add_intake(ticket, place, CENTRAL, world_generator_node(ticket->generators[place]));
    }
}

static void add_partitions(struct ticket *ticket)
{
    for (uint32_t place = 0; place < TICKET_PLACES; place++) {
        add_generator(ticket, place, place + 1);
        write_to(ticket, place, world_order_book_node(ticket->book));
        add_intake(ticket, place, place, world_generator_node(ticket->generators[place]));
    }
    for (uint32_t place = 0; place < TICKET_PLACES; place++) {
        assert_true(
            world_generator_know(ticket->generators[place], ticket->generators[1 - place], NULL));
    }
}

static void add_clerks(struct ticket *ticket)
{
    const struct world_clerks_config config = {
        .book = ticket->book,
        .workers = 8,
        .window = 1000,
        .cores = 2,
        .search = ticket->config.service,
        .write = fixture_dist(SIM_DIST_EXPONENTIAL, 5e-3, 0),
        .hold = fixture_dist(SIM_DIST_EXPONENTIAL, 5e-3, 0),
    };

    ticket->clerks = world_clerks_add(ticket->places[CENTRAL], "clerks", &config, NULL);
    assert_true(world_clerks_connect(ticket->clerks, world_order_book_node(ticket->book), NULL));
    may_break(ticket, world_clerks_node(ticket->clerks));
    add_intake(ticket, CENTRAL, CENTRAL, world_clerks_node(ticket->clerks));
}

static void add_deciders(struct ticket *ticket)
{
    switch (ticket->config.design) {
    case TICKET_QUEUE:
        add_generator(ticket, CENTRAL, 0);
        write_to(ticket, CENTRAL, world_order_book_node(ticket->book));
        add_intake(ticket, CENTRAL, CENTRAL, world_generator_node(ticket->generators[CENTRAL]));
        return;
    case TICKET_STANDBY:
        add_standby(ticket);
        return;
    case TICKET_PARTITIONED:
        add_partitions(ticket);
        return;
    case TICKET_LOCKING:
        add_clerks(ticket);
        return;
    case TICKET_DESIGNS:
        break;
    }
    fail();
}

struct ticket *ticket_create(const struct ticket_config *config)
{
    static const char *const names[TICKET_PLACES] = {"north", "south"};
    const struct world_link_config link = {
        .latency = fixture_dist(SIM_DIST_CONSTANT, (double)config->latency / 1e9, 0)};
    struct ticket *ticket = g_new0(struct ticket, 1);

    ticket->config = *config;
    ticket->world = world_create(config->seed);
    for (uint32_t place = 0; place < TICKET_PLACES; place++) {
        ticket->places[place] = world_datacenter_add(ticket->world, names[place], NULL);
    }
    assert_non_null(world_link_add(ticket->places[0], ticket->places[1], &link, NULL));
    add_book(ticket);
    for (uint32_t place = 0; place < TICKET_PLACES; place++) {
        bool has_queue = place == CENTRAL || config->design == TICKET_PARTITIONED;
        if (has_queue) {
            add_queue(ticket, place);
        }
        add_users(ticket, place, world_broker_node(ticket->queues[has_queue ? place : CENTRAL]));
    }
    add_deciders(ticket);
    return ticket;
}

void ticket_destroy(struct ticket *ticket)
{
    world_destroy(ticket->world);
    g_free(ticket);
}

uint64_t ticket_failed(const struct ticket *ticket, enum world_order_check which)
{
    return world_order_book_check(ticket->book, which)->failed;
}
