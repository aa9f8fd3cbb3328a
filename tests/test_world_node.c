/* Tests of world/node: lives and crashes, one node at a time and many at random.
 *
 * The nodes are those of the billing world. Whatever crashes whenever, with a journal that syncs
 * always nothing that was accepted is lost, and nothing has its effect twice. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/node.h"

#include "tests/world_fixture.h"

#define SEEDS UINT64_C(300)

/* ---- one node ---- */

static void crashes_once_however_often_it_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct world_node *node = fixture_node(fixture, FIXTURE_CONSUMER);

    fixture_run(fixture, SIM_SECOND);
    assert_true(node->up);
    assert_int_equal(node->incarnation, 1);
    world_node_crash(node);
    world_node_crash(node);
    assert_false(node->up);
    assert_int_equal(node->incarnation, 2);
    world_node_restart(node);
    world_node_restart(node);
    assert_true(node->up);
    assert_int_equal(node->incarnation, 2);
}

static void an_end_point_names_one_life(void **state)
{
    struct fixture *fixture = *state;
    struct world_node *node = fixture_node(fixture, FIXTURE_CONSUMER);

    fixture_run(fixture, SIM_SECOND);
    struct world_end_point first = world_node_end_point(node);
    assert_ptr_equal(world_node_alive(fixture->world, first), node);
    world_node_crash(node);
    assert_null(world_node_alive(fixture->world, first));
    world_node_restart(node);
    assert_null(world_node_alive(fixture->world, first));
    assert_ptr_equal(world_node_alive(fixture->world, world_node_end_point(node)), node);
}

static void comes_up_only_in_the_life_that_was_restarted(void **state)
{
    struct fixture *fixture = *state;
    struct world_node *node = fixture_node(fixture, FIXTURE_CONSUMER);

    fixture_run(fixture, SIM_SECOND);
    world_node_crash(node);
    node->crashed = false; /* as while it reads back what it had stored */
    world_node_up_after(node, SIM_SECOND);
    world_node_crash(node);
    fixture_run(fixture, 3 * SIM_SECOND);
    assert_false(node->up);
    world_node_restart(node);
    assert_true(node->up);
}

static void stays_down_while_its_data_centre_is(void **state)
{
    struct fixture *fixture = *state;
    struct world_node *node = fixture_node(fixture, FIXTURE_CONSUMER);

    fixture_run(fixture, SIM_SECOND);
    world_datacenter_fail(node->datacenter);
    world_node_restart(node);
    assert_false(node->up);
    world_datacenter_recover(node->datacenter);
    assert_true(node->up);
}

static void what_fails_before_the_run_begins_is_down_when_it_begins(void **state)
{
    struct fixture *fixture = *state;

    world_node_crash(fixture_node(fixture, FIXTURE_CONSUMER));
    world_node_crash(fixture_node(fixture, FIXTURE_BROKER));
    world_node_restart(fixture_node(fixture, FIXTURE_BROKER));
    world_datacenter_fail(fixture->datacenters[1]);
    world_datacenter_fail(fixture->datacenters[2]);
    world_datacenter_recover(fixture->datacenters[2]);
    fixture_run(fixture, SIM_SECOND);
    assert_false(fixture_node(fixture, FIXTURE_CONSUMER)->up);
    assert_true(fixture_node(fixture, FIXTURE_BROKER)->up);
    assert_false(fixture_node(fixture, FIXTURE_PRODUCER + 1)->up);
    assert_true(fixture_node(fixture, FIXTURE_PRODUCER + 2)->up);
    assert_true(fixture_totals(fixture).turned_away > 20);
    world_node_restart(fixture_node(fixture, FIXTURE_CONSUMER));
    world_datacenter_recover(fixture->datacenters[1]);
    fixture_run(fixture, 2 * SIM_SECOND);
    assert_true(fixture_totals(fixture).settled > 100);
}

static void refuses_names_that_are_taken_reserved_or_malformed(void **state)
{
    struct world *world = world_create(1);
    struct world_datacenter *datacenter = world_datacenter_add(world, "here", NULL);
    struct world_datacenter *other = world_datacenter_add(world, "there", NULL);
    struct world_ledger_config config = {
        .keep = SIM_NEVER,
        .budget = 1,
        .journal = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 4096},
    };
    static const char *const bad[] = {"books", "disk", "link", "", "a/b", "a b", "b\303\274cher"};

    (void)state;
    assert_non_null(world_ledger_add(datacenter, "books", &config, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(world_ledger_add(datacenter, bad[i], &config, &error));
        assert_true(g_error_matches(error, WORLD_ERROR, WORLD_ERROR_NAME));
        assert_non_null(strstr(error->message, bad[i]));
    }
    assert_int_equal(world->nodes->len, 1);
    assert_non_null(world_ledger_add(other, "books", &config, NULL));
    world_destroy(world);
}

/* ---- crashes of one node, at a thousand instants ---- */

/* What no crash may do when the journal syncs always, whatever is still going on. */
static void assert_promises_kept(struct fixture *fixture)
{
    struct world_audit_totals totals = fixture_totals(fixture);

    assert_int_equal(totals.lost, 0);
    assert_int_equal(totals.repeated, 0);
    assert_int_equal(totals.dropped + totals.dead, 0);
    assert_int_equal(
        totals.arrived,
        totals.turned_away + totals.refused + totals.lost_unaccepted + totals.unaccepted +
            totals.accepted);
    assert_int_equal(totals.accepted, totals.settled + totals.inside);
}

static void assert_all_worked_off(struct fixture *fixture)
{
    struct world_audit_totals totals = fixture_totals(fixture);

    assert_promises_kept(fixture);
    assert_int_equal(totals.inside, 0);
    assert_int_equal(totals.unaccepted, 0);
    assert_int_equal(world_broker_depth(fixture->broker), 0);
    fixture_assert_no_packets(fixture->world);
    world_end(fixture->world);
    assert_true(world_check_held(fixture->exactly_once));
    assert_true(world_check_held(fixture->conservation));
}

/* Crashes the node at instants that are spread over a cycle of messages, and lets it restart
 * `pause` later. */
static void crash_again_and_again(struct fixture *fixture, uint32_t index, sim_time pause)
{
    struct world_node *node = fixture_node(fixture, index);
    sim_time instant = SIM_SECOND;

    for (int i = 0; i < 50; i++) {
        fixture_run(fixture, instant);
        world_node_crash(node);
        fixture_check(fixture);
        assert_promises_kept(fixture);
        fixture_run(fixture, instant + pause);
        world_node_restart(node);
        fixture_check(fixture);
        assert_promises_kept(fixture);
        instant += pause + SIM_SECOND / 5 + 137 * SIM_MICROSECOND;
    }
    fixture_drain(fixture, 20 * SIM_SECOND);
    assert_all_worked_off(fixture);
    assert_true(node->up || index < FIXTURE_DATACENTERS);
}

static void keeps_every_promise_when_only_the_broker_crashes(void **state)
{
    crash_again_and_again(*state, FIXTURE_BROKER, 30 * SIM_MILLISECOND);
}

static void keeps_every_promise_when_only_the_consumer_crashes(void **state)
{
    crash_again_and_again(*state, FIXTURE_CONSUMER, 30 * SIM_MILLISECOND);
}

static void keeps_every_promise_when_only_the_ledger_crashes(void **state)
{
    crash_again_and_again(*state, FIXTURE_LEDGER, 30 * SIM_MILLISECOND);
}

static void keeps_every_promise_when_only_a_producer_crashes(void **state)
{
    crash_again_and_again(*state, FIXTURE_PRODUCER + 1, 30 * SIM_MILLISECOND);
}

static void keeps_every_promise_when_the_broker_restarts_in_no_time(void **state)
{
    crash_again_and_again(*state, FIXTURE_BROKER, 0);
}

static void keeps_every_promise_when_the_ledger_restarts_in_no_time(void **state)
{
    crash_again_and_again(*state, FIXTURE_LEDGER, 0);
}

/* ---- crashes of anything, at random ---- */

/* One blow: a node crashes or restarts, or a data centre fails or recovers. */
static void strike(struct fixture *fixture, uint64_t *seed)
{
    uint64_t what = fixture_random(seed, 10);
    struct world_node *node = fixture_node(fixture, (uint32_t)fixture_random(seed, FIXTURE_NODES));
    struct world_datacenter *datacenter =
        fixture->datacenters[fixture_random(seed, FIXTURE_DATACENTERS)];

    if (what < 4) {
        world_node_crash(node);
    } else if (what < 7) {
        world_node_restart(node);
    } else if (what < 8) {
        world_datacenter_fail(datacenter);
    } else {
        world_datacenter_recover(datacenter);
    }
    fixture_check(fixture);
}

static void heal(struct fixture *fixture)
{
    for (int i = 0; i < FIXTURE_DATACENTERS; i++) {
        world_datacenter_recover(fixture->datacenters[i]);
    }
    for (uint32_t i = 0; i < FIXTURE_NODES; i++) {
        world_node_restart(fixture_node(fixture, i));
    }
}

static void suffer(struct fixture *fixture, uint64_t *seed)
{
    while (fixture->world->run.now < 8 * SIM_SECOND) {
        sim_time pause = (sim_time)fixture_random(seed, SIM_SECOND / 2);
        if (fixture_random(seed, 4) == 0) {
            pause /= 1000; /* while the last blow is still being dealt with */
        }
        fixture_run(fixture, fixture->world->run.now + pause);
        strike(fixture, seed);
    }
}

static void keeps_every_promise_through_random_crashes(void **state)
{
    uint64_t settled = 0;
    uint64_t suppressed = 0;

    (void)state;
    for (uint64_t i = 0; i < SEEDS; i++) {
        struct fixture_config config = fixture_small(i);
        config.step = 50 * SIM_MILLISECOND;
        struct fixture *fixture = fixture_create(&config);
        uint64_t seed = i;
        suffer(fixture, &seed);
        assert_promises_kept(fixture);
        heal(fixture);
        fixture_run(fixture, 10 * SIM_SECOND);
        fixture_drain(fixture, 20 * SIM_SECOND);
        assert_all_worked_off(fixture);
        settled += fixture_totals(fixture).settled;
        suppressed += fixture_totals(fixture).suppressed;
        fixture_destroy(fixture);
    }
    assert_true(settled > SEEDS * 100);
    assert_true(suppressed > SEEDS); /* crashes did come between charge and ack */
}

static void counts_every_message_through_random_crashes_without_a_disk(void **state)
{
    uint64_t lost = 0;

    (void)state;
    for (uint64_t i = 0; i < SEEDS; i++) {
        struct fixture_config config = fixture_small(i);
        config.step = 50 * SIM_MILLISECOND;
        config.durable = i % 3 > 0;
        config.sync = i % 3 > 1 ? MODEL_SYNC_INTERVAL : MODEL_SYNC_NONE;
        struct fixture *fixture = fixture_create(&config);
        uint64_t seed = i;
        suffer(fixture, &seed);
        heal(fixture);
        fixture_drain(fixture, 20 * SIM_SECOND);
        struct world_audit_totals totals = fixture_totals(fixture);
        assert_int_equal(totals.inside, 0);
        assert_int_equal(totals.repeated, 0);
        assert_int_equal(totals.accepted, totals.settled + totals.lost);
        world_end(fixture->world);
        assert_true(world_check_held(fixture->conservation));
        assert_int_equal(world_check_held(fixture->exactly_once), totals.lost == 0);
        assert_int_equal(fixture->exactly_once->failed, totals.lost);
        lost += totals.lost;
        fixture_destroy(fixture);
    }
    assert_true(lost > SEEDS);
}

static int create(void **state)
{
    struct fixture_config config = fixture_small(11);

    *state = fixture_create(&config);
    return 0;
}

static int destroy(void **state)
{
    fixture_destroy(*state);
    return 0;
}

#define NODE_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        NODE_TEST(crashes_once_however_often_it_is_told),
        NODE_TEST(an_end_point_names_one_life),
        NODE_TEST(comes_up_only_in_the_life_that_was_restarted),
        NODE_TEST(stays_down_while_its_data_centre_is),
        NODE_TEST(what_fails_before_the_run_begins_is_down_when_it_begins),
        cmocka_unit_test(refuses_names_that_are_taken_reserved_or_malformed),
        NODE_TEST(keeps_every_promise_when_only_the_broker_crashes),
        NODE_TEST(keeps_every_promise_when_only_the_consumer_crashes),
        NODE_TEST(keeps_every_promise_when_only_the_ledger_crashes),
        NODE_TEST(keeps_every_promise_when_only_a_producer_crashes),
        NODE_TEST(keeps_every_promise_when_the_broker_restarts_in_no_time),
        NODE_TEST(keeps_every_promise_when_the_ledger_restarts_in_no_time),
        cmocka_unit_test(keeps_every_promise_through_random_crashes),
        cmocka_unit_test(counts_every_message_through_random_crashes_without_a_disk),
    };

    return cmocka_run_group_tests_name("world/node", tests, NULL, NULL);
}
