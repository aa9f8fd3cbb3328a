/* tests/ticket_fixture.h - the ticket system in C, small: two data centres, which are two regions.
 *
 * Rules come from a producer in each; the first one is the central one, with the book. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TICKET_FIXTURE_H
#define TESTS_TICKET_FIXTURE_H

#include "world/broker.h"
#include "world/clerks.h"
#include "world/consumer.h"
#include "world/coordinator.h"
#include "world/datacenter.h"
#include "world/fence.h"
#include "world/generator.h"
#include "world/producer.h"
#include "world/singleton.h"

#define TICKET_PLACES  2
#define TICKET_NODES   16
#define TICKET_PERSONS 10

enum ticket_design {
    TICKET_QUEUE,
    TICKET_STANDBY, /* a second generator in the other data centre */
    TICKET_PARTITIONED,
    TICKET_LOCKING,
    TICKET_DESIGNS,
};

struct ticket_config {
    uint64_t seed;
    enum ticket_design design;
    bool is_fencing;
    sim_time latency; /* between the data centres */
    sim_time day;
    double rate; /* rules per second in each data centre */
    struct sim_dist service;
    sim_time gather;
    uint32_t customers;
    uint32_t capacity;
    /* So many rules are remembered for what could have been reached, and each match is worth the
     * same, and none expires; or 0. */
    uint32_t remember;
    bool
        has_loops; /* a hundredth of the rules cannot be understood, a hundredth withdraws others */
};

struct ticket {
    struct ticket_config config;
    struct world *world;
    struct world_datacenter *places[TICKET_PLACES];
    world_producer *users[TICKET_PLACES];
    world_broker *queues[TICKET_PLACES];
    world_consumer *intakes[TICKET_PLACES];
    world_generator *generators[TICKET_PLACES];
    world_singleton *singletons[TICKET_PLACES];
    world_coordinator *coordinator;
    world_fence *fence;
    world_clerks *clerks;
    world_order_book *book;
    struct world_node *breakable[TICKET_NODES]; /* nodes that may crash, but for the users' */
    uint32_t breakable_count;
};

/* 30 rules/s in each data centre, 1 ms each; 60 customers, a day of 5 s with room for 4 orders. */
struct ticket_config ticket_small(uint64_t seed, enum ticket_design design);

struct ticket *ticket_create(const struct ticket_config *config);
void ticket_destroy(struct ticket *ticket);

/* How often the check failed so far. */
uint64_t ticket_failed(const struct ticket *ticket, enum world_order_check which);

#endif
