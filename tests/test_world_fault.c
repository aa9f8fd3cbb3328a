/* Tests of world/fault: what all faults have in common, and many of them at once, at random.
 *
 * Whatever strikes the billing world, in whatever order and however nested: with a journal that
 * syncs always nothing that was accepted is lost, nothing has its effect twice, packets are
 * conserved, and once all is well again the backlog is worked off. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/fault_disk.h"
#include "world/fault_link.h"
#include "world/fault_load.h"
#include "world/fault_node.h"
#include "world/link.h"

#include "tests/world_fixture.h"

#define SEEDS  UINT64_C(60)
#define FAULTS 24
#define END    (20 * SIM_SECOND)

static struct fixture *create(uint64_t seed, bool is_datagram)
{
    struct fixture_config config = fixture_small(seed);

    config.is_datagram = is_datagram;
    config.step = SIM_SECOND / 10;
    return fixture_create(&config);
}

/* ---- one ---- */

static void has_the_name_of_what_it_does_and_what_it_strikes(void **state)
{
    struct fixture *fixture = create(1, false);
    struct world_node *node = fixture_node(fixture, FIXTURE_CONSUMER);
    const struct world_fault *first = world_fault_pause_create(node, NULL);
    const struct world_fault *second = world_fault_pause_create(node, NULL);

    (void)state;
    assert_string_equal(first->name, "fault/pause/beijing/billing");
    assert_string_equal(second->name, "fault/pause/beijing/billing/2");
    assert_int_equal(fixture->world->faults.list->len, 2);
    fixture_destroy(fixture);
}

static void says_when_it_begins_and_when_it_is_over(void **state)
{
    struct fixture *fixture = create(1, false);
    struct world_node *node = fixture_node(fixture, FIXTURE_CONSUMER);
    struct world_fault *pause = world_fault_pause_create(node, NULL);
    const GArray *list = fixture->world->incidents.list;

    (void)state;
    world_fault_plan(pause, SIM_SECOND, 2 * SIM_SECOND, "billing stalls");
    fixture_run(fixture, 3 * SIM_SECOND);
    assert_int_equal(list->len, 2);
    assert_string_equal(g_array_index(list, struct world_incident, 0).label, "billing stalls");
    assert_string_equal(
        g_array_index(list, struct world_incident, 1).label, "billing stalls: over");
    assert_int_equal(fixture->world->faults.active, 0);
    assert_int_equal(fixture->world->faults.healed, 2 * SIM_SECOND);
    fixture_destroy(fixture);
}

static void one_that_never_hit_anything_can_be_told_from_one_that_did(void **state)
{
    struct fixture *fixture = create(1, false);
    struct world_link *link = world_link_between(fixture->datacenters[0], fixture->datacenters[1]);
    const struct world_fault_link_config config = {
        .kind = WORLD_FAULT_LOSS, .link = link, .probability = 1e-12};
    struct world_fault *never = world_fault_link_create(&config, NULL);
    struct world_fault *hits =
        world_fault_slow_create(fixture_node(fixture, FIXTURE_CONSUMER), 2, NULL);

    (void)state;
    world_fault_start(never);
    world_fault_start(hits);
    fixture_run(fixture, 5 * SIM_SECOND);
    assert_true(never->begun == 1 && never->hit == 0);
    assert_true(hits->begun == 1 && hits->hit > 0);
    fixture_destroy(fixture);
}

/* ---- many ---- */

static struct world_fault *random_link_fault(struct fixture *fixture, uint64_t *seed)
{
    struct world_link *link =
        world_link_between(fixture->datacenters[0], fixture->datacenters[fixture_random(seed, 3)]);
    struct world_fault_link_config config = {.link = link};

    /* One after the other: compilers differ in the order in which they fill in a structure. */
    config.kind = (enum world_fault_link_kind)fixture_random(seed, 5);
    config.factor = 1 + (double)fixture_random(seed, 10);
    config.probability = (double)(1 + fixture_random(seed, 50)) / 100;
    config.delay = (sim_time)(1 + fixture_random(seed, 100)) * SIM_MILLISECOND;
    if (fixture_random(seed, 3) == 0) {
        config.from = link->ends[fixture_random(seed, 2)];
    }
    return world_fault_link_create(&config, NULL);
}

static struct world_fault *random_node_fault(struct fixture *fixture, uint64_t *seed)
{
    struct world_node *server =
        fixture_node(fixture, FIXTURE_BROKER + (uint32_t)fixture_random(seed, 3));
    struct world_node *clocked =
        fixture_node(fixture, (uint32_t)fixture_random(seed, FIXTURE_CONSUMER + 1));
    double drift = ((double)fixture_random(seed, 1000) - 500) / 1000;
    sim_time offset = (sim_time)fixture_random(seed, 10 * SIM_SECOND) - 5 * SIM_SECOND;

    switch (fixture_random(seed, 5)) {
    case 0:
        return world_fault_outage_create(
            fixture_node(fixture, (uint32_t)fixture_random(seed, FIXTURE_NODES)));
    case 1:
        return world_fault_datacenter_create(fixture->datacenters[fixture_random(seed, 3)]);
    case 2:
        return world_fault_pause_create(server, NULL);
    case 3:
        return world_fault_clock_create(clocked, offset, drift, NULL);
    default: {
        double factor = 1 + (double)fixture_random(seed, 20);
        uint32_t slowed = FIXTURE_BROKER + (uint32_t)fixture_random(seed, 2);
        return world_fault_slow_create(fixture_node(fixture, slowed), factor, NULL);
    }
    }
}

static struct world_fault *random_fault(struct fixture *fixture, uint64_t *seed)
{
    world_producer *producer = fixture->producers[fixture_random(seed, 3)];

    switch (fixture_random(seed, 6)) {
    case 0: {
        double factor = 1 + (double)fixture_random(seed, 100);
        enum world_fault_disk_kind kind = (enum world_fault_disk_kind)fixture_random(seed, 3);
        return world_fault_disk_create(kind, fixture->datacenters[FIXTURE_CENTRAL], factor, NULL);
    }
    case 1:
        return fixture_random(seed, 2) == 0
                   ? world_fault_spike_create(producer, (double)fixture_random(seed, 5), NULL)
                   : world_fault_hot_key_create(producer, 1, 0.5, NULL);
    case 2:
    case 3:
        return random_link_fault(fixture, seed);
    default:
        return random_node_fault(fixture, seed);
    }
}

/* Overlapping and nested, each between 0 and END, some of them twice. */
static void plan_faults(struct fixture *fixture, uint64_t seed)
{
    for (int i = 0; i < FAULTS; i++) {
        struct world_fault *fault = random_fault(fixture, &seed);
        assert_non_null(fault);
        for (uint64_t times = 1 + fixture_random(&seed, 2); times > 0; times--) {
            sim_time from = (sim_time)fixture_random(&seed, END - SIM_SECOND);
            sim_time left = MIN(END - from, 4 * SIM_SECOND);
            sim_time until = from + 1 + (sim_time)fixture_random(&seed, (uint64_t)left);
            world_fault_plan(fault, from, until, NULL);
        }
    }
}

/* Nodes that a disk took down are not restarted by anybody else. */
static void restart_all(struct fixture *fixture)
{
    for (uint32_t i = 0; i < FIXTURE_NODES; i++) {
        world_node_restart(fixture_node(fixture, i));
    }
}

/* Returns the digest. */
static uint64_t run_seed(uint64_t seed, bool is_datagram, uint64_t *hit)
{
    struct fixture *fixture = create(seed, is_datagram);

    plan_faults(fixture, seed);
    for (sim_time time = SIM_SECOND; time <= END; time += SIM_SECOND) {
        fixture_run(fixture, time);
        restart_all(fixture);
    }
    fixture_run(fixture, END + SIM_SECOND);
    assert_int_equal(fixture->world->faults.active, 0);
    restart_all(fixture);
    /* A packet that is lost again and again while its stream is slow holds up all behind it. */
    fixture_drain(fixture, 3600 * SIM_SECOND);
    world_end(fixture->world);

    struct world_audit_totals totals = fixture_totals(fixture);
    assert_true(totals.accepted > 0);
    assert_int_equal(totals.lost, 0);
    assert_int_equal(totals.accepted, totals.settled);
    assert_true(world_check_held(fixture->exactly_once));
    assert_true(world_check_held(fixture->conservation));
    for (uint32_t i = 0; i < fixture->world->faults.list->len; i++) {
        *hit += ((struct world_fault *)g_ptr_array_index(fixture->world->faults.list, i))->hit;
    }
    uint64_t digest = fixture->world->trace.digest;
    fixture_destroy(fixture);
    return digest;
}

static void nothing_accepted_is_lost_or_charged_twice_whatever_strikes(void **state)
{
    uint64_t hit = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        (void)run_seed(seed, seed % 2 == 0, &hit);
    }
    assert_true(hit > SEEDS * 1000);
}

static void the_same_faults_on_the_same_seed_are_the_same_run(void **state)
{
    uint64_t hit = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        uint64_t first = run_seed(seed, true, &hit);
        assert_true(first == run_seed(seed, true, &hit));
        assert_true(first != run_seed(seed + 100, true, &hit));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_the_name_of_what_it_does_and_what_it_strikes),
        cmocka_unit_test(says_when_it_begins_and_when_it_is_over),
        cmocka_unit_test(one_that_never_hit_anything_can_be_told_from_one_that_did),
        cmocka_unit_test(nothing_accepted_is_lost_or_charged_twice_whatever_strikes),
        cmocka_unit_test(the_same_faults_on_the_same_seed_are_the_same_run),
    };

    return cmocka_run_group_tests_name("world/fault", tests, NULL, NULL);
}
