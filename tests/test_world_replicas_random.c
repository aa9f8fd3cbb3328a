/* Hundreds of worlds with a replicated queue, producers, consumers and a ledger, each broken at
 * random and then healed: crashes of nodes and data centres, disks that are full, slow or do not
 * sync, partitions in one direction or both, loss, repetition, reordering, slow links, pauses, slow
 * nodes, clocks that jump and go wrong by far more than a lease allows for.
 *
 * With acks quorum or all: nothing that was accepted is lost, nothing has its effect twice, within
 * ten election timeouts of the last heal there is a leader, and in the end the logs are the same to
 * the byte. With less, what is lost is counted, and every message is in one state.
 *
 * With one argument, N, so many instead; with two, FIRST and N, from that seed on. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "world/fault_disk.h"
#include "world/fault_link.h"
#include "world/fault_node.h"

#include "tests/replicated_world.h"

#define SEEDS      300
#define FAULTS_MAX 24
#define END_MS     8000
#define END        (END_MS * SIM_MILLISECOND)
#define PATIENCE   (40 * SIM_SECOND) /* for working off what is left */
#define KINDS      14

enum kind {
    SAFE,    /* acks quorum or all */
    LEADER,  /* acks leader */
    UNCLEAN, /* elections without a quorum */
};

struct range {
    uint64_t first;
    uint64_t count;
};

struct hits {
    const char *name;
    uint64_t hit;
};

struct tally {
    struct hits hits[KINDS];
    uint32_t hit_count;
    uint64_t runs;
    uint64_t accepted;
    uint64_t lost;
    uint64_t suppressed;
    uint64_t elections;
    uint64_t unclean;
    uint64_t deposed;
    uint64_t cut;
    uint64_t fenced;
    uint64_t compared;
    sim_time slowest; /* from the last heal to a leader */
};

/* ---- what breaks ---- */

static struct world_fault *random_link_fault(const struct replicated *this, uint64_t *seed)
{
    uint64_t from = fixture_random(seed, this->config.replicas);
    uint64_t step = 1 + fixture_random(seed, this->config.replicas - 1);
    uint64_t to = (from + step) % this->config.replicas;
    struct world_link *link = world_link_between(this->datacenters[from], this->datacenters[to]);
    struct world_fault_link_config config = {.link = link};

    /* One after the other: compilers differ in the order in which they fill in a structure. */
    config.kind = (enum world_fault_link_kind)fixture_random(seed, 5);
    config.kind = fixture_random(seed, 2) == 0 ? WORLD_FAULT_CUT : config.kind;
    config.factor = 1 + (double)fixture_random(seed, 10);
    config.probability =
        (double)(1 + fixture_random(seed, link->config.is_datagram ? 60 : 20)) / 100;
    config.delay = (sim_time)(1 + fixture_random(seed, 100)) * SIM_MILLISECOND;
    if (fixture_random(seed, 2) == 0) {
        config.from = link->ends[fixture_random(seed, 2)];
    }
    return world_fault_link_create(&config, NULL);
}

/* A clock that jumps back stands still for a replica: by less than an election timeout. */
static struct world_fault *random_clock_fault(struct world_node *node, uint64_t *seed)
{
    sim_time offset = (sim_time)fixture_random(seed, REPLICATED_TIMEOUT) - REPLICATED_TIMEOUT / 2;
    double drift = ((double)fixture_random(seed, 200) - 100) / 1000;

    return world_fault_clock_create(node, offset, drift, NULL);
}

static struct world_fault *random_fault(const struct replicated *this, uint64_t *seed)
{
    uint64_t number = fixture_random(seed, this->config.replicas);
    struct world_node *node = world_broker_node(this->brokers[number]);
    struct world_datacenter *datacenter = this->datacenters[number];

    switch (fixture_random(seed, 12)) {
    case 0:
        return world_fault_datacenter_create(datacenter);
    case 1:
    case 2:
        return world_fault_outage_create(node);
    case 3:
    case 4:
        return world_fault_pause_create(node, NULL);
    case 5:
        return random_clock_fault(node, seed);
    case 6:
        return world_fault_slow_create(node, 1 + (double)fixture_random(seed, 20), NULL);
    case 7: {
        enum world_fault_disk_kind kind = (enum world_fault_disk_kind)fixture_random(seed, 3);
        double factor = 1 + (double)fixture_random(seed, 8); /* what is under way stays slow */
        return world_fault_disk_create(kind, datacenter, factor, NULL);
    }
    default:
        return random_link_fault(this, seed);
    }
}

static void plan_faults(const struct replicated *this, uint64_t *seed)
{
    uint64_t count = 2 + fixture_random(seed, FAULTS_MAX - 1);

    for (uint64_t i = 0; i < count; i++) {
        struct world_fault *fault = random_fault(this, seed);
        assert_non_null(fault);
        sim_time from = (sim_time)fixture_random(seed, END_MS - 200) * SIM_MILLISECOND;
        sim_time left = MIN(END - from, 3 * SIM_SECOND) / SIM_MILLISECOND;
        sim_time until =
            from + (1 + (sim_time)fixture_random(seed, (uint64_t)left)) * SIM_MILLISECOND;
        until = fixture_random(seed, 2) == 0 && END - from < 3 * SIM_SECOND ? END : until;
        world_fault_plan(fault, from, until, NULL);
    }
}

/* Nodes that a disk took down are not restarted by anybody else. */
static void restart_all(const struct replicated *this)
{
    for (uint32_t i = 0; i < this->config.replicas; i++) {
        world_node_restart(world_broker_node(this->brokers[i]));
    }
}

/* ---- one world ---- */

static struct replicated_config config_of(uint64_t number, enum kind kind, uint64_t *seed)
{
    static const uint32_t sizes[] = {3, 3, 3, 5, 2};
    struct replicated_config config = {.seed = number};

    config.replicas = sizes[fixture_random(seed, G_N_ELEMENTS(sizes))];
    config.acks = fixture_random(seed, 3) == 0 ? MODEL_ACKS_ALL : MODEL_ACKS_QUORUM;
    config.acks = kind == LEADER ? MODEL_ACKS_LEADER : config.acks;
    config.unclean_after = kind == UNCLEAN ? 2 * REPLICATED_TIMEOUT : 0;
    config.model = fixture_random(seed, 3) == 0 ? WORLD_QUEUE_PUBLISH_SUBSCRIBE
                                                : WORLD_QUEUE_PRODUCER_CONSUMER;
    config.is_datagram = /* a topic has no leases: it relies on the order of a stream */
        fixture_random(seed, 2) == 0 && config.model == WORLD_QUEUE_PRODUCER_CONSUMER;
    config.rate = (kind == SAFE ? 5 : 30) + (double)fixture_random(seed, 60) / 2;
    config.latency = (sim_time)(1 + fixture_random(seed, 10)) * SIM_MILLISECOND;
    return config;
}

static void add_hits(struct tally *tally, const struct replicated *this)
{
    for (uint32_t i = 0; i < this->world->faults.list->len; i++) {
        const struct world_fault *fault = g_ptr_array_index(this->world->faults.list, i);
        uint32_t at = 0;
        while (at < tally->hit_count && !g_str_equal(tally->hits[at].name, fault->type->name)) {
            at++;
        }
        assert_true(at < KINDS);
        tally->hits[at].name = fault->type->name;
        tally->hits[at].hit += fault->hit;
        tally->hit_count = MAX(tally->hit_count, at + 1);
    }
}

static void add_counts(struct tally *tally, const struct replicated *this)
{
    for (uint32_t i = 0; i < this->config.replicas; i++) {
        const struct world_replica_measures *measures = &this->brokers[i]->replica->measures;
        tally->elections += measures->elections->value;
        tally->unclean += measures->unclean->value;
        tally->deposed += measures->deposed->value;
        tally->cut += measures->cut->value;
        tally->fenced += measures->fenced->value;
    }
}

static bool is_late(const struct replicated *this, const struct world_pipe *pipe)
{
    bool is_held = pipe->faults != NULL && world_fault_link_held(pipe) > 0;

    return is_held || pipe->arrived_last > this->world->run.now + REPLICATED_TIMEOUT;
}

static bool is_anything_late(const struct replicated *this)
{
    for (uint32_t i = 0; i < this->world->links->len; i++) {
        const struct world_link *link = g_ptr_array_index(this->world->links, i);
        if (is_late(this, &link->pipes[0]) || is_late(this, &link->pipes[1])) {
            return true;
        }
    }
    return false;
}

/* A stream is not well before its timer has gone off, and what was held back or lost has arrived.
 */
static void await_streams(struct replicated *this)
{
    while (is_anything_late(this)) {
        replicated_run(this, this->world->run.now + SIM_SECOND / 100, SIM_SECOND);
        assert_true(this->world->run.now < 20 * END); /* fifteen timers that double, at the most */
    }
}

/* Until somebody serves; returns how long that takes. */
static sim_time await_leader(struct replicated *this)
{
    sim_time healed = this->world->run.now;

    while (world_replicas_leader(this->group) == NULL) {
        replicated_run(this, this->world->run.now + SIM_SECOND / 100, SIM_SECOND);
        assert_true(this->world->run.now <= healed + 10 * REPLICATED_TIMEOUT);
    }
    return this->world->run.now - healed;
}

static void break_and_heal(struct replicated *this, uint64_t *seed, struct tally *tally)
{
    plan_faults(this, seed);
    for (sim_time time = SIM_SECOND; time <= END; time += SIM_SECOND) {
        replicated_run(this, time, SIM_SECOND / 5);
        restart_all(this);
    }
    replicated_run(this, END + 1, SIM_SECOND);
    assert_int_equal(this->world->faults.active, 0);
    restart_all(this);
    await_streams(this);
    sim_time waited = await_leader(this);
    tally->slowest = MAX(tally->slowest, waited);
    replicated_run(this, this->world->run.now + SIM_SECOND, SIM_SECOND);
    replicated_drain(this, PATIENCE);
    world_end(this->world);
}

static void assert_safe(const struct replicated *this, const struct world_audit_totals *totals)
{
    static const enum world_invariant held[] = {
        WORLD_I1_CONSERVATION,
        WORLD_I2_NO_ACKED_LOSS,
        WORLD_I3_NO_DUPLICATE,
        WORLD_I7_NO_FABRICATION,
        WORLD_I11_TIME,
        WORLD_I12_RESOURCES,
    };

    assert_int_equal(totals->lost, 0);
    assert_int_equal(totals->accepted, totals->settled);
    assert_true(world_check_held(this->exactly_once));
    for (uint32_t i = 0; i < G_N_ELEMENTS(held); i++) {
        assert_true(world_check_held(world_invariant_check(this->world, held[i])));
    }
    assert_int_equal(world_invariant_check(this->world, WORLD_I8_DURABILITY)->failed, 0);
}

static void run_seed(uint64_t number, enum kind kind, struct tally *tally)
{
    uint64_t seed = number * 3 + kind;
    struct replicated_config config = config_of(number, kind, &seed);
    struct replicated *this = replicated_create(&config);

    break_and_heal(this, &seed, tally);
    struct world_audit_totals totals = world_audit_totals_of(this->world->audit);
    assert_true(totals.accepted > 0 && world_check_held(this->conservation));
    assert_int_equal(
        totals.accepted,
        totals.settled + totals.lost + totals.dropped + totals.dead + totals.inside);
    if (kind == SAFE) {
        assert_safe(this, &totals);
        tally->compared += replicated_compare(this);
    }
    tally->runs++;
    tally->accepted += totals.accepted;
    tally->lost += totals.lost;
    tally->suppressed += totals.suppressed;
    add_hits(tally, this);
    add_counts(tally, this);
    replicated_destroy(this);
}

/* ---- many ---- */

static struct tally run(const struct range *range, uint64_t count, enum kind kind)
{
    struct tally tally = {.runs = 0};

    for (uint64_t i = 0; i < count; i++) {
        run_seed(range->first + i, kind, &tally);
    }
    print_message(
        "%" G_GUINT64_FORMAT " runs: accepted %" G_GUINT64_FORMAT ", lost %" G_GUINT64_FORMAT
        ", delivered again %" G_GUINT64_FORMAT "; %" G_GUINT64_FORMAT
        " elections (%" G_GUINT64_FORMAT " unclean), %" G_GUINT64_FORMAT
        " deposed, %" G_GUINT64_FORMAT " entries cut, %" G_GUINT64_FORMAT
        " packets fenced, %" G_GUINT64_FORMAT " entries compared; a leader after %.1f timeouts\n",
        tally.runs,
        tally.accepted,
        tally.lost,
        tally.suppressed,
        tally.elections,
        tally.unclean,
        tally.deposed,
        tally.cut,
        tally.fenced,
        tally.compared,
        (double)tally.slowest / (double)REPLICATED_TIMEOUT);
    return tally;
}

static void loses_nothing_that_a_quorum_has(void **state)
{
    struct tally tally = run(*state, ((const struct range *)*state)->count, SAFE);

    for (uint32_t i = 0; i < tally.hit_count; i++) {
        print_message("  %s: %" G_GUINT64_FORMAT " hits\n", tally.hits[i].name, tally.hits[i].hit);
        assert_true(tally.hits[i].hit > 0);
    }
    assert_true(tally.accepted > 0 && tally.elections > tally.runs && tally.deposed > 0);
    assert_true(tally.cut > 0 && tally.compared > 0 && tally.unclean == 0);
}

static void counts_what_is_lost_with_acks_leader(void **state)
{
    struct tally tally = run(*state, (((const struct range *)*state)->count + 1) / 2, LEADER);

    assert_true(tally.lost > 0 && tally.lost < tally.accepted);
}

static void counts_what_is_lost_by_unclean_elections(void **state)
{
    struct tally tally = run(*state, (((const struct range *)*state)->count + 2) / 3, UNCLEAN);

    assert_true(tally.unclean > 0);
    assert_true(tally.lost > 0 && tally.lost < tally.accepted);
}

int main(int count, char **arguments)
{
    struct range range = {.first = 1, .count = SEEDS};

    if (count > 1) {
        range.count = strtoull(arguments[count - 1], NULL, 10);
        range.first = count > 2 ? strtoull(arguments[1], NULL, 10) : 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(loses_nothing_that_a_quorum_has, &range),
        cmocka_unit_test_prestate(counts_what_is_lost_with_acks_leader, &range),
        cmocka_unit_test_prestate(counts_what_is_lost_by_unclean_elections, &range),
    };

    return cmocka_run_group_tests_name("world/replicas_random", tests, NULL, NULL);
}
