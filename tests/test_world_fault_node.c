/* Tests of world/fault_node: outages, pauses, slowness and wrong clocks of the billing world's
 * nodes, by what they do to its messages. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/fault_node.h"

#include "tests/world_fixture.h"

#define LEASE (5 * SIM_SECOND) /* of the fixture's queue */

static uint64_t count(const struct fixture *fixture, const char *name)
{
    return fixture_counter(fixture->world, name);
}

/* Whatever happened, what was accepted is charged once in the end. */
static void assert_nothing_lost(struct fixture *fixture)
{
    fixture_drain(fixture, 30 * SIM_SECOND);
    world_end(fixture->world);
    struct world_audit_totals totals = fixture_totals(fixture);
    assert_int_equal(totals.lost, 0);
    assert_int_equal(totals.accepted, totals.settled);
    assert_true(world_check_held(fixture->exactly_once));
    assert_true(world_check_held(fixture->conservation));
}

/* ---- outages ---- */

static void an_outage_crashes_a_node_and_restarts_it_when_it_is_over(void **state)
{
    struct fixture *fixture = *state;
    struct world_node *node = fixture_node(fixture, FIXTURE_BROKER);
    struct world_fault *outage = world_fault_outage_create(node);

    world_fault_plan(outage, SIM_SECOND, 2 * SIM_SECOND, NULL);
    fixture_run(fixture, SIM_SECOND);
    assert_false(node->up);
    fixture_run(fixture, 3 * SIM_SECOND);
    assert_true(node->up);
    assert_int_equal(node->incarnation, 2);
    assert_true(outage->hit > 0);
    assert_nothing_lost(fixture);
}

static void a_node_stays_down_until_the_last_of_its_outages_is_over(void **state)
{
    struct fixture *fixture = *state;
    struct world_node *node = fixture_node(fixture, FIXTURE_CONSUMER);
    struct world_fault *outage = world_fault_outage_create(node);
    struct world_fault *failure = world_fault_datacenter_create(node->datacenter);

    fixture_run(fixture, SIM_SECOND);
    world_fault_start(outage);
    world_fault_start(failure);
    world_fault_stop(outage);
    assert_false(node->up);
    world_fault_start(outage);
    world_fault_stop(failure);
    assert_false(node->up); /* its data centre is back, its own outage goes on */
    assert_true(fixture_node(fixture, FIXTURE_PRODUCER)->up);
    world_node_restart(node);
    assert_false(node->up);
    world_fault_stop(outage);
    assert_true(node->up);
    assert_nothing_lost(fixture);
}

static void a_data_centre_stays_dark_until_the_last_of_its_failures_is_over(void **state)
{
    struct fixture *fixture = *state;
    struct world_datacenter *central = fixture->datacenters[FIXTURE_CENTRAL];
    struct world_fault *first = world_fault_datacenter_create(central);
    struct world_fault *second = world_fault_datacenter_create(central);

    world_fault_plan(first, SIM_SECOND, 3 * SIM_SECOND, "first");
    world_fault_plan(second, 2 * SIM_SECOND, 4 * SIM_SECOND, "second");
    fixture_run(fixture, 3 * SIM_SECOND + 1);
    assert_true(central->failed);
    fixture_run(fixture, 5 * SIM_SECOND);
    assert_false(central->failed);
    assert_true(first->hit > 0);
    assert_int_equal(second->hit, 0); /* there was nobody left to hit */
    assert_nothing_lost(fixture);
}

/* ---- pauses ---- */

static void a_paused_consumer_keeps_what_it_has_and_goes_on_with_it(void **state)
{
    struct fixture *fixture = *state;
    struct world_node *node = fixture_node(fixture, FIXTURE_CONSUMER);
    struct world_fault *pause = world_fault_pause_create(node, NULL);

    world_fault_plan(pause, SIM_SECOND, 3 * SIM_SECOND, NULL);
    fixture_run(fixture, SIM_SECOND);
    uint64_t finished = count(fixture, "beijing/billing/finished");
    fixture_run(fixture, 3 * SIM_SECOND - 1);
    assert_int_equal(count(fixture, "beijing/billing/finished"), finished);
    assert_true(node->up);
    fixture_run(fixture, 3 * SIM_SECOND + SIM_SECOND / 2);
    assert_true(count(fixture, "beijing/billing/finished") > finished + 100);
    assert_int_equal(count(fixture, "beijing/queue/redelivered"), 0); /* the leases held */
    assert_true(pause->hit > 0);
    assert_nothing_lost(fixture);
}

static void a_pause_longer_than_the_lease_has_work_done_twice(void **state)
{
    struct fixture *fixture = *state;
    struct world_fault *pause =
        world_fault_pause_create(fixture_node(fixture, FIXTURE_CONSUMER), NULL);

    world_fault_plan(pause, SIM_SECOND, SIM_SECOND + 2 * LEASE, NULL);
    fixture_run(fixture, 20 * SIM_SECOND);
    /* The 64 of its prefetch were leased when it stopped or soon after; all leases ran out. */
    assert_in_range(count(fixture, "beijing/queue/redelivered"), 64, 2 * 64);
    assert_true(count(fixture, "beijing/queue/stale_acks") > 0);
    assert_true(count(fixture, "beijing/ledger/duplicates") > 0);
    assert_nothing_lost(fixture);
}

static void a_paused_queue_serves_nobody_and_its_timers_are_late(void **state)
{
    struct fixture *fixture = *state;
    struct world_fault *pause =
        world_fault_pause_create(fixture_node(fixture, FIXTURE_BROKER), NULL);

    world_fault_plan(pause, SIM_SECOND, 4 * SIM_SECOND, NULL);
    fixture_run(fixture, SIM_SECOND);
    uint64_t accepted = count(fixture, "beijing/queue/accepted");
    fixture_run(fixture, 4 * SIM_SECOND - 1);
    assert_int_equal(count(fixture, "beijing/queue/accepted"), accepted);
    assert_true(count(fixture, "beijing/clicks/resent") > 0); /* its producers lost patience */
    fixture_run(fixture, 6 * SIM_SECOND);
    assert_true(count(fixture, "beijing/queue/accepted") > accepted + 300);
    assert_nothing_lost(fixture);
}

static void a_paused_ledger_answers_late_and_charges_once(void **state)
{
    struct fixture *fixture = *state;
    struct world_fault *pause =
        world_fault_pause_create(fixture_node(fixture, FIXTURE_LEDGER), NULL);

    world_fault_plan(pause, SIM_SECOND, 8 * SIM_SECOND, NULL);
    fixture_run(fixture, 12 * SIM_SECOND);
    assert_true(count(fixture, "beijing/ledger/duplicates") > 0);
    assert_nothing_lost(fixture);
}

static void a_crash_ends_a_pause_and_what_waited_is_gone(void **state)
{
    struct fixture *fixture = *state;
    struct world_node *node = fixture_node(fixture, FIXTURE_CONSUMER);
    struct world_fault *pause = world_fault_pause_create(node, NULL);

    world_fault_plan(pause, SIM_SECOND, 4 * SIM_SECOND, NULL);
    fixture_run(fixture, 2 * SIM_SECOND);
    assert_true(node->is_paused);
    world_node_crash(node);
    assert_false(node->is_paused);
    world_node_restart(node);
    uint64_t finished = count(fixture, "beijing/billing/finished");
    fixture_run(fixture, 4 * SIM_SECOND - 1);
    assert_true(count(fixture, "beijing/billing/finished") > finished);
    assert_true(world_fault_is_active(pause));
    fixture_run(fixture, 5 * SIM_SECOND);
    assert_nothing_lost(fixture);
}

static void two_pauses_that_overlap_end_with_the_last(void **state)
{
    struct fixture *fixture = *state;
    struct world_node *node = fixture_node(fixture, FIXTURE_CONSUMER);

    world_fault_plan(world_fault_pause_create(node, NULL), SIM_SECOND, 3 * SIM_SECOND, "first");
    world_fault_plan(
        world_fault_pause_create(node, NULL), 2 * SIM_SECOND, 4 * SIM_SECOND, "second");
    fixture_run(fixture, 3 * SIM_SECOND + 1);
    assert_true(node->is_paused);
    fixture_run(fixture, 4 * SIM_SECOND + 1);
    assert_false(node->is_paused);
    assert_nothing_lost(fixture);
}

static void a_node_that_would_not_notice_is_refused(void **state)
{
    struct fixture *fixture = *state;
    g_autoptr(GError) error = NULL;

    assert_null(world_fault_pause_create(fixture_node(fixture, FIXTURE_PRODUCER), &error));
    assert_string_equal(
        error->message,
        "a producer cannot be paused: beijing/clicks would not notice; let it strike what the "
        "producer works with");
    g_clear_error(&error);
    assert_null(world_fault_slow_create(fixture_node(fixture, FIXTURE_CONSUMER), 0.1, &error));
    assert_string_equal(error->message, "slow: the factor is 0.1: expected 1 to 1e9");
    g_clear_error(&error);
    assert_null(world_fault_clock_create(fixture_node(fixture, FIXTURE_BROKER), 0, 0.7, &error));
    assert_string_equal(
        error->message,
        "clock_skew: the drift is 0.7: expected -0.5 to 0.5 seconds in each second");
    g_clear_error(&error);
    assert_null(
        world_fault_clock_create(fixture_node(fixture, FIXTURE_BROKER), INT64_MIN / 2, 0, &error));
    assert_string_equal(
        error->message,
        "clock_skew: the offset is -4.61169e+09 s: expected a year at the most, either way");
}

/* ---- slowness ---- */

static void a_slow_consumer_takes_its_factor_longer(void **state)
{
    struct fixture *fixture = *state;
    struct world_node *node = fixture_node(fixture, FIXTURE_CONSUMER);
    struct world_fault *slow = world_fault_slow_create(node, 10, NULL);

    fixture_run(fixture, 2 * SIM_SECOND);
    const struct sim_measure *busy =
        sim_registry_find(fixture->world->registry, "beijing/billing/busy");
    double before = 2 * sim_gauge_mean(&busy->gauge, 2 * SIM_SECOND);
    world_fault_start(slow);
    fixture_run(fixture, 4 * SIM_SECOND);
    double during = 4 * sim_gauge_mean(&busy->gauge, 4 * SIM_SECOND) - before;
    /* The same work, in ten times the time: 0.24 workers were busy, and 2 at most can be. */
    assert_true(during > 4 * before);
    assert_in_range(slow->hit, 80, 300);
    world_fault_stop(slow);
    assert_nothing_lost(fixture);
}

static void a_slow_queue_is_busy_for_its_factor_longer(void **state)
{
    struct fixture *fixture = *state;
    struct world_fault *slow =
        world_fault_slow_create(fixture_node(fixture, FIXTURE_BROKER), 50, NULL);

    fixture_run(fixture, 2 * SIM_SECOND);
    uint64_t before = count(fixture, "beijing/queue/busy");
    world_fault_start(slow);
    fixture_run(fixture, 4 * SIM_SECOND);
    uint64_t during = count(fixture, "beijing/queue/busy") - before;
    assert_in_range(during, 40 * before, 60 * before);
    assert_nothing_lost(fixture);
}

/* ---- clocks ---- */

static void a_clock_is_off_by_its_offset_and_drifts(void **state)
{
    struct fixture *fixture = *state;
    struct world_node *node = fixture_node(fixture, FIXTURE_BROKER);
    struct world_fault *skew = world_fault_clock_create(node, 3 * SIM_SECOND, 0.25, NULL);

    world_fault_plan(skew, SIM_SECOND, 5 * SIM_SECOND, NULL);
    assert_int_equal(world_node_clock(node), 0);
    fixture_run(fixture, SIM_SECOND);
    assert_int_equal(world_node_clock(node), 4 * SIM_SECOND);
    fixture_run(fixture, 3 * SIM_SECOND);
    assert_int_equal(world_node_clock(node), 6 * SIM_SECOND + SIM_SECOND / 2);
    assert_int_equal(world_node_when(node, 9 * SIM_SECOND), 5 * SIM_SECOND);
    assert_int_equal(world_node_wait(node, 5 * SIM_SECOND), 4 * SIM_SECOND);
    fixture_run(fixture, 6 * SIM_SECOND);
    assert_int_equal(world_node_clock(node), 6 * SIM_SECOND);
    assert_nothing_lost(fixture);
}

static void the_instant_that_a_clock_will_show_a_time_is_exact(void **state)
{
    struct fixture *fixture = *state;
    struct world_node *node = fixture_node(fixture, FIXTURE_BROKER);
    uint64_t seed = 3;

    for (int i = 0; i < 3; i++) {
        double drift = ((double)fixture_random(&seed, 1000) - 500) / 1000;
        world_fault_start(world_fault_clock_create(
            node, (sim_time)fixture_random(&seed, 1000) - 500, drift, NULL));
        fixture_run(fixture, fixture->world->run.now + SIM_SECOND / 100);
    }
    sim_time shown = world_node_clock(node);
    for (int i = 0; i < 1000; i++) {
        sim_time wanted = shown + 1 + (sim_time)fixture_random(&seed, 1000000000);
        sim_time when = world_node_when(node, wanted);
        assert_true(world_fault_node_clock(node, when) >= wanted);
        assert_true(world_fault_node_clock(node, when - 1) < wanted);
    }
}

static void leases_end_early_by_a_clock_that_jumps_ahead(void **state)
{
    struct fixture *fixture = *state;
    struct world_fault *pause =
        world_fault_pause_create(fixture_node(fixture, FIXTURE_CONSUMER), NULL);
    struct world_fault *skew =
        world_fault_clock_create(fixture_node(fixture, FIXTURE_BROKER), LEASE, 0, NULL);

    /* A pause of two seconds is well within the lease, but for the clock of who gave it. */
    world_fault_plan(pause, SIM_SECOND, 3 * SIM_SECOND, NULL);
    world_fault_plan(skew, 2 * SIM_SECOND, 10 * SIM_SECOND, NULL);
    fixture_run(fixture, 10 * SIM_SECOND);
    assert_true(count(fixture, "beijing/queue/redelivered") > 0);
    assert_true(count(fixture, "beijing/queue/stale_acks") > 0);
    assert_true(skew->hit > 0);
    assert_nothing_lost(fixture);
}

static void leases_end_late_by_a_clock_that_goes_slowly(void **state)
{
    struct fixture *fixture = *state;
    struct world_fault *pause =
        world_fault_pause_create(fixture_node(fixture, FIXTURE_CONSUMER), NULL);
    struct world_fault *skew =
        world_fault_clock_create(fixture_node(fixture, FIXTURE_BROKER), 0, -0.5, NULL);

    /* 1.5 leases, of which the queue counts 0.75. */
    world_fault_plan(skew, SIM_SECOND / 2, 20 * SIM_SECOND, NULL);
    world_fault_plan(pause, SIM_SECOND, SIM_SECOND + LEASE * 3 / 2, NULL);
    fixture_run(fixture, 12 * SIM_SECOND);
    assert_int_equal(count(fixture, "beijing/queue/redelivered"), 0);
    assert_nothing_lost(fixture);
}

static void a_producer_whose_clock_is_fast_loses_patience_early(void **state)
{
    struct fixture *fixture = *state;
    struct world_fault *pause =
        world_fault_pause_create(fixture_node(fixture, FIXTURE_BROKER), NULL);
    struct world_fault *skew =
        world_fault_clock_create(fixture_node(fixture, FIXTURE_PRODUCER), 0, 0.5, NULL);

    /* 0.9 s is less than the timeout of a second, but 1.35 s by that clock. */
    world_fault_start(skew);
    world_fault_plan(pause, 2 * SIM_SECOND, 2 * SIM_SECOND + SIM_SECOND * 9 / 10, NULL);
    fixture_run(fixture, 4 * SIM_SECOND);
    assert_true(count(fixture, "beijing/clicks/resent") > 0);
    assert_int_equal(count(fixture, "shanghai/clicks/resent"), 0);
    assert_nothing_lost(fixture);
}

static int set_up(void **state)
{
    struct fixture_config config = fixture_small(1);

    *state = fixture_create(&config);
    return 0;
}

static int tear_down(void **state)
{
    fixture_destroy(*state);
    return 0;
}

#define NODE_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        NODE_TEST(an_outage_crashes_a_node_and_restarts_it_when_it_is_over),
        NODE_TEST(a_node_stays_down_until_the_last_of_its_outages_is_over),
        NODE_TEST(a_data_centre_stays_dark_until_the_last_of_its_failures_is_over),
        NODE_TEST(a_paused_consumer_keeps_what_it_has_and_goes_on_with_it),
        NODE_TEST(a_pause_longer_than_the_lease_has_work_done_twice),
        NODE_TEST(a_paused_queue_serves_nobody_and_its_timers_are_late),
        NODE_TEST(a_paused_ledger_answers_late_and_charges_once),
        NODE_TEST(a_crash_ends_a_pause_and_what_waited_is_gone),
        NODE_TEST(two_pauses_that_overlap_end_with_the_last),
        NODE_TEST(a_node_that_would_not_notice_is_refused),
        NODE_TEST(a_slow_consumer_takes_its_factor_longer),
        NODE_TEST(a_slow_queue_is_busy_for_its_factor_longer),
        NODE_TEST(a_clock_is_off_by_its_offset_and_drifts),
        NODE_TEST(the_instant_that_a_clock_will_show_a_time_is_exact),
        NODE_TEST(leases_end_early_by_a_clock_that_jumps_ahead),
        NODE_TEST(leases_end_late_by_a_clock_that_goes_slowly),
        NODE_TEST(a_producer_whose_clock_is_fast_loses_patience_early),
    };

    return cmocka_run_group_tests_name("world/fault_node", tests, NULL, NULL);
}
