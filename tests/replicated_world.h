/* tests/replicated_world.h - a queue that brokers in several data centres keep together, with a
 * producer beside each, two consumers, and a ledger apart, that nothing strikes. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_REPLICATED_WORLD_H
#define TESTS_REPLICATED_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/broker_state.h"
#include "world/invariant.h"
#include "world/link.h"
#include "world/replicas.h"

#include "tests/world_fixture.h"

#define REPLICATED_MAX       5
#define REPLICATED_CONSUMERS 2
#define REPLICATED_TIMEOUT   (300 * SIM_MILLISECOND) /* of an election */

struct replicated_config {
    uint64_t seed;
    uint32_t replicas;
    enum model_acks acks;
    sim_time unclean_after;
    enum world_queue_model model;
    bool is_datagram;
    double rate;      /* of each producer */
    sim_time latency; /* of every link; 0: none */
    sim_time work;    /* of a message, always; 0: 2 ms, at random; then one at a time */
};

struct replicated {
    struct replicated_config config;
    struct world *world;
    struct world_datacenter *datacenters[REPLICATED_MAX + 1]; /* the last has the ledger */
    world_broker *brokers[REPLICATED_MAX];
    world_producer *producers[REPLICATED_MAX];
    world_consumer *consumers[REPLICATED_CONSUMERS];
    struct world_replicas *group;
    struct world_check *exactly_once;
    struct world_check *conservation;
};

static inline struct replicated_config replicated_three(uint64_t seed)
{
    return (struct replicated_config){
        .seed = seed,
        .replicas = 3,
        .acks = MODEL_ACKS_QUORUM,
        .rate = 20,
        .latency = 5 * SIM_MILLISECOND,
    };
}

static inline struct sim_dist replicated_latency(const struct replicated *this)
{
    double mean = (double)this->config.latency / (double)SIM_SECOND;

    return mean > 0 ? fixture_dist(SIM_DIST_EXPONENTIAL, mean, 0)
                    : fixture_dist(SIM_DIST_CONSTANT, 0, 0);
}

static inline void replicated_add_datacenters(struct replicated *this)
{
    static const char *const names[] = {"north", "east", "south", "west", "centre", "bank"};
    const struct world_link_config link = {
        .latency = replicated_latency(this),
        .is_datagram = this->config.is_datagram,
        .retransmit_after = 20 * SIM_MILLISECOND,
    };
    uint32_t count = this->config.replicas + 1;

    for (uint32_t i = 0; i < count; i++) {
        const char *name = i + 1 < count ? names[i] : "bank";
        this->datacenters[i] = world_datacenter_add(this->world, name, NULL);
        for (uint32_t j = 0; j < i; j++) {
            assert_non_null(
                world_link_add(this->datacenters[i], this->datacenters[j], &link, NULL));
        }
    }
}

static inline void replicated_add_queue(struct replicated *this)
{
    struct world_replicas_config replicas = {
        .count = this->config.replicas,
        .acks = this->config.acks,
        .election_timeout = REPLICATED_TIMEOUT,
        .unclean_after = this->config.unclean_after,
    };
    const struct world_broker_config broker = {
        .hosted =
            {
                .model = this->config.model,
                .queue =
                    {
                        .capacity = 100000,
                        .lease = this->config.work > 0 ? SIM_NEVER / 4 : 2 * SIM_SECOND,
                        .prefetch = this->config.work > 0 ? 1 : 8,
                    },
                .topic = {.partitions = 1},
            },
        .durable = true,
        .journal = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 1 << 16},
        .operation = fixture_dist(SIM_DIST_CONSTANT, 20e-6, 0),
    };

    for (uint32_t i = 0; i < replicas.count; i++) {
        replicas.datacenters[i] = this->datacenters[i];
    }
    world_broker *first = world_replicas_add(&replicas, "queue", &broker, NULL);
    assert_non_null(first);
    this->group = world_broker_replicas(world_broker_node(first));
    for (uint32_t i = 0; i < replicas.count; i++) {
        this->brokers[i] = this->group->brokers[i];
    }
    if (this->config.model == WORLD_QUEUE_PUBLISH_SUBSCRIBE) {
        const struct model_ps_group_config group = {.session = 2 * SIM_SECOND};
        uint32_t number;
        assert_true(world_broker_add_group(first, &group, &number, NULL));
        assert_int_equal(number, 0);
    }
}

static inline void replicated_add_producers(struct replicated *this)
{
    const struct sim_arrivals_config process = {
        .kind = SIM_ARRIVALS_POISSON,
        .rate = this->config.rate,
    };
    const struct world_producer_config producer = {
        .source = {.process = &process},
        .recipe =
            {
                .key = fixture_dist(SIM_DIST_UNIFORM_INT, 1, 20),
                .value = fixture_dist(SIM_DIST_UNIFORM_INT, 1, 100),
                .size = 200,
            },
        .buffer = 10000,
        .window = 100,
        .timeout = SIM_SECOND / 2,
        .backoff_first = SIM_SECOND / 20,
        .backoff_max = SIM_SECOND / 2,
    };

    for (uint32_t i = 0; i < this->config.replicas; i++) {
        this->producers[i] = world_producer_add(this->datacenters[i], "clicks", &producer, NULL);
        assert_non_null(this->producers[i]);
        assert_true(
            world_producer_connect(this->producers[i], world_broker_node(this->brokers[0]), NULL));
    }
}

static inline void replicated_add_consumers(struct replicated *this)
{
    const struct world_consumer_config consumer = {
        .service =
            this->config.work > 0
                ? fixture_dist(SIM_DIST_CONSTANT, (double)this->config.work / (double)SIM_SECOND, 0)
                : fixture_dist(SIM_DIST_EXPONENTIAL, 2e-3, 0),
        .workers = 2,
        .subscribe_every = SIM_SECOND / 5,
    };
    const struct world_ledger_config config = {
        .keep = SIM_NEVER,
        .budget = INT64_C(1) << 50,
        .journal = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 1 << 20},
    };
    world_ledger *ledger =
        world_ledger_add(this->datacenters[this->config.replicas], "ledger", &config, NULL);

    for (uint32_t i = 0; i < REPLICATED_CONSUMERS; i++) {
        uint32_t where = i % this->config.replicas;
        g_autofree char *name = g_strdup_printf("billing%u", i);
        this->consumers[i] = world_consumer_add(this->datacenters[where], name, &consumer, NULL);
        assert_non_null(this->consumers[i]);
        assert_true(
            world_consumer_connect(this->consumers[i], world_broker_node(this->brokers[0]), NULL));
        assert_true(world_consumer_charge_to(this->consumers[i], world_ledger_node(ledger), NULL));
    }
}

static inline struct replicated *replicated_create(const struct replicated_config *config)
{
    struct replicated *this = g_new0(struct replicated, 1);
    const struct world_invariants_config watched = world_invariants_default();

    this->config = *config;
    this->world = world_create(config->seed);
    world_invariants_watch(this->world, &watched);
    replicated_add_datacenters(this);
    replicated_add_queue(this);
    replicated_add_producers(this);
    replicated_add_consumers(this);
    assert_true(world_is_complete(this->world, NULL));
    this->exactly_once = world_audit_check_exactly_once(this->world->audit);
    this->conservation = world_audit_check_conservation(this->world->audit);
    return this;
}

static inline void replicated_destroy(struct replicated *this)
{
    world_destroy(this->world);
    g_free(this);
}

/* Runs up to and including `until`, and looks at every invariant after each `step`. */
static inline void replicated_run(struct replicated *this, sim_time until, sim_time step)
{
    while (this->world->run.now < until) {
        (void)world_run(this->world, MIN(this->world->run.now + step, until), UINT64_MAX);
        world_verify(this->world);
    }
}

/* No more messages are born; what there are are worked off. */
static inline void replicated_drain(struct replicated *this, sim_time patience)
{
    for (uint32_t i = 0; i < this->config.replicas; i++) {
        world_node_crash(world_producer_node(this->producers[i]));
    }
    replicated_run(this, this->world->run.now + patience, SIM_SECOND);
}

/* Which broker serves, in the latest epoch; fails the test when none does. */
static inline uint32_t replicated_leader(const struct replicated *this)
{
    const world_broker *leader = world_replicas_leader(this->group);

    assert_non_null(leader);
    return leader->replica->number;
}

/* Compares the logs that the replicas have of what is committed, byte by byte; returns how many
 * entries were the same. */
static inline uint64_t replicated_compare(const struct replicated *this)
{
    uint64_t compared = 0;

    for (uint32_t i = 1; i < this->group->count; i++) {
        const model_replica *a = this->brokers[0]->replica->model;
        const model_replica *b = this->brokers[i]->replica->model;
        uint64_t first = MAX(model_replica_first(a), model_replica_first(b));
        uint64_t last = MIN(model_replica_committed(a), model_replica_committed(b));
        for (uint64_t index = first; index <= last; index++) {
            const struct model_replica_record x = model_replica_read(a, index);
            const struct model_replica_record y = model_replica_read(b, index);
            assert_int_equal(x.epoch, y.epoch);
            assert_int_equal(x.size, y.size);
            assert_true(x.size == 0 || memcmp(x.payload, y.payload, x.size) == 0);
            compared++;
        }
    }
    return compared;
}

#endif
