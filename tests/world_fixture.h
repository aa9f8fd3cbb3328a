/* tests/world_fixture.h - the billing world in C, for the tests of world/.
 *
 * Three data centres, each with a collector of clicks; the first one is the central one, with the
 * queue, the billing service and the ledger besides. fixture_run() stops at every step of virtual
 * time, or after every event, and asserts the invariants of everything. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_WORLD_FIXTURE_H
#define TESTS_WORLD_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "world/broker.h"
#include "world/consumer.h"
#include "world/datacenter.h"
#include "world/ledger.h"
#include "world/producer.h"

#define FIXTURE_DATACENTERS 3
#define FIXTURE_CENTRAL     0

/* The nodes, in the order in which the fixture makes them: their indices in the world. */
enum fixture_node {
    FIXTURE_PRODUCER, /* one in each data centre; the first in the central one */
    FIXTURE_BROKER = FIXTURE_DATACENTERS,
    FIXTURE_CONSUMER,
    FIXTURE_LEDGER,
    FIXTURE_NODES,
};

struct fixture_config {
    uint64_t seed;
    double rate;      /* clicks per second in each data centre */
    uint32_t workers; /* each serves 500 per second */
    bool durable;
    enum model_sync sync;
    sim_time step;     /* virtual time between two looks at the invariants; 0: after every event */
    uint32_t price;    /* the highest that a click costs; 0: 100 */
    int64_t budget;    /* of each of 100 accounts; 0: more than they can spend */
    uint64_t capacity; /* of the queue; 0: a million */
    enum model_when_full when_full;
    sim_time linger;    /* of the producers */
    bool is_datagram;   /* the links between data centres */
    bool has_bystander; /* a collector more, in a data centre of its own, with a queue of its own */
};

struct fixture {
    struct fixture_config config;
    struct world *world;
    struct world_datacenter *datacenters[FIXTURE_DATACENTERS];
    world_producer *producers[FIXTURE_DATACENTERS];
    world_broker *broker;
    world_consumer *consumer;
    world_ledger *ledger;
    struct world_check *exactly_once;
    struct world_check *conservation;
};

/* The world of the main job: 800 clicks/s in each data centre, 16 workers, a journal that syncs
 * always, looked at every 200 ms. */
struct fixture_config fixture_billing(uint64_t seed);

/* A small one: 40 clicks/s, 2 workers, looked at after every event. */
struct fixture_config fixture_small(uint64_t seed);

struct fixture *fixture_create(const struct fixture_config *config);
void fixture_destroy(struct fixture *fixture);

/* Runs up to and including `until`. */
void fixture_run(struct fixture *fixture, sim_time until);

/* Has every producer crash for good, and what they sent be worked off: `patience` of virtual time
 * from now. */
void fixture_drain(struct fixture *fixture, sim_time patience);

/* Asserts the invariants of everything as it is now. */
void fixture_check(const struct fixture *fixture);

struct world_node *fixture_node(const struct fixture *fixture, uint32_t index);
struct world_audit_totals fixture_totals(const struct fixture *fixture);

/* A counter's value by the name of its measure; fails the test when there is none. */
uint64_t fixture_counter(const struct world *world, const char *name);

/* Asserts that nothing is on the wire or in a node's hands but subscriptions. */
void fixture_assert_no_packets(const struct world *world);

/* ---- a node that does nothing but note what it receives ---- */

struct fixture_received {
    sim_time time;
    struct world_packet packet;
};

struct fixture_probe {
    struct world_node node;
    GArray *received; /* of struct fixture_received */
    void *context;    /* the test's own */
};

struct fixture_probe *fixture_probe_add(struct world_datacenter *datacenter, const char *name);

/* Sends a packet of this kind, whose message has this id, from the probe to the node. */
void fixture_probe_send(
    struct fixture_probe *probe,
    const struct world_node *to,
    enum world_packet_kind kind,
    uint64_t message);

/* The `index`th packet that the probe received; fails the test when there is none. */
const struct fixture_received *fixture_received_at(
    const struct fixture_probe *probe, uint32_t index);

/* Sends a copy of what it received back, as a packet of this kind. */
void fixture_probe_answer(
    struct fixture_probe *probe,
    const struct fixture_received *received,
    enum world_packet_kind kind);

/* How many packets of this kind the probe has received. */
uint32_t fixture_received_count(const struct fixture_probe *probe, enum world_packet_kind kind);

/* A distribution from its parameters; fails the test when they are refused. */
struct sim_dist fixture_dist(enum sim_dist_kind kind, double a, double b);

/* A deterministic number below `bound`, for random tests. */
uint64_t fixture_random(uint64_t *seed, uint64_t bound);

#endif
