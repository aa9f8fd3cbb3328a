/* Tests of world/check: when a check has held, and what a bound looks at. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/check.h"

#include "tests/world_fixture.h"

static void has_not_held_when_it_was_never_evaluated(void **state)
{
    struct world *world = *state;
    struct world_check *check = world_check_create(world);

    assert_false(world_check_held(check));
    world_check_pass(check);
    assert_true(world_check_held(check));
}

static void keeps_the_first_failure(void **state)
{
    struct world *world = *state;
    struct world_check *check = world_check_create(world);

    world_check_pass(check);
    world_check_fail(check, 7, "the %s", "first");
    world_check_fail(check, 5, "the second");
    world_check_pass(check);
    assert_false(world_check_held(check));
    assert_int_equal(check->evaluated, 4);
    assert_int_equal(check->failed, 2);
    assert_int_equal(check->first.time, 7);
    assert_string_equal(check->first.text, "the first");
}

static void lists_what_is_expected_in_the_order_of_expecting(void **state)
{
    struct world *world = *state;
    struct world_check *a = world_check_create(world);
    struct world_check *b = world_check_create(world);

    world_check_expect(world, b, "b holds");
    world_check_expect(world, a, "a holds");
    assert_int_equal(world->checks.expected->len, 2);
    assert_ptr_equal(g_ptr_array_index(world->checks.expected, 0), b);
    assert_ptr_equal(g_ptr_array_index(world->checks.expected, 1), a);
    assert_string_equal(a->name, "a holds");
}

static void count_call(struct world_check *check, struct world *world)
{
    assert_non_null(world);
    world_check_pass(check);
}

static void asks_at_every_sample_and_once_at_the_end(void **state)
{
    struct world *world = *state;
    struct world_check *sampled = world_check_create(world);
    struct world_check *ended = world_check_create(world);

    sampled->at_sample = count_call;
    ended->at_end = count_call;
    (void)world_run(world, 5 * SIM_SECOND, UINT64_MAX);
    assert_int_equal(sampled->evaluated, 5);
    assert_int_equal(ended->evaluated, 0);
    world_end(world);
    assert_int_equal(sampled->evaluated, 5);
    assert_int_equal(ended->evaluated, 1);
}

/* ---- bounds ---- */

/* A measure of each kind, whose value in the second that begins at t is 10 t. */
struct meter {
    struct world *world;
    struct sim_counter *counter;
    struct sim_gauge *gauge;
    struct sim_tally *tally;
};

static void tick(void *context, uint64_t payload)
{
    struct meter *meter = context;
    int64_t value = 10 * (int64_t)payload;

    meter->counter->value += (uint64_t)value;
    sim_gauge_set(meter->gauge, value, meter->world->run.now);
    if (payload != 3) {
        sim_tally_record(meter->tally, value * SIM_MILLISECOND);
    }
}

static void start_meter(struct meter *meter, struct world *world)
{
    meter->world = world;
    meter->counter = sim_registry_counter(world->registry, "a/counter", "messages");
    meter->gauge = sim_registry_gauge(world->registry, "a/gauge", "messages");
    meter->tally = sim_registry_tally(world->registry, "a/tally", "ns");
    for (uint64_t t = 0; t < 8; t++) {
        sim_time time = (sim_time)t * SIM_SECOND + SIM_SECOND / 2;
        (void)sim_run_after(&world->run, time, tick, meter, t);
    }
}

static struct world_check *bound(
    struct world *world, const char *measure, enum world_relation relation, double limit)
{
    struct world_bound bound = {
        .measure = sim_registry_find(world->registry, measure),
        .percent = 50,
        .relation = relation,
        .limit = limit,
        .from = 2 * SIM_SECOND,
        .until = 6 * SIM_SECOND,
    };

    assert_non_null(bound.measure);
    return world_check_bound(world, &bound);
}

static void a_bound_looks_at_the_intervals_within_its_window(void **state)
{
    struct world *world = *state;
    struct meter meter;

    start_meter(&meter, world);
    struct world_check *counter = bound(world, "a/counter", WORLD_BELOW, 50.5);
    struct world_check *gauge = bound(world, "a/gauge", WORLD_ABOVE, 19.5);
    struct world_check *tally = bound(world, "a/tally", WORLD_BELOW, 51e6);
    (void)world_run(world, 8 * SIM_SECOND, UINT64_MAX);
    assert_true(world_check_held(counter));
    assert_true(world_check_held(gauge));
    assert_true(world_check_held(tally));
    assert_int_equal(counter->evaluated, 4);
    assert_int_equal(gauge->evaluated, 4);
    assert_int_equal(tally->evaluated, 3); /* nothing was recorded in one of them */
}

static void a_bound_fails_at_the_end_of_the_first_interval_that_breaks_it(void **state)
{
    struct world *world = *state;
    struct meter meter;

    start_meter(&meter, world);
    struct world_check *counter = bound(world, "a/counter", WORLD_BELOW, 40);
    struct world_check *gauge = bound(world, "a/gauge", WORLD_ABOVE, 20);
    struct world_check *tally = bound(world, "a/tally", WORLD_BELOW, 30e6);
    (void)world_run(world, 8 * SIM_SECOND, UINT64_MAX);
    assert_int_equal(counter->failed, 2);
    assert_int_equal(counter->first.time, 5 * SIM_SECOND);
    assert_string_equal(counter->first.text, "a/counter was 40 messages, not below 40 messages");
    assert_int_equal(gauge->failed, 1);
    assert_int_equal(gauge->first.time, 3 * SIM_SECOND);
    assert_string_equal(gauge->first.text, "a/gauge was 20 messages, not above 20 messages");
    assert_int_equal(tally->failed, 2);
    assert_int_equal(tally->first.time, 5 * SIM_SECOND);
    assert_string_equal(tally->first.text, "p50 of a/tally was 40 ms, not below 30 ms");
}

static int create(void **state)
{
    *state = world_create(1);
    return 0;
}

static int destroy(void **state)
{
    world_destroy(*state);
    return 0;
}

#define CHECK_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHECK_TEST(has_not_held_when_it_was_never_evaluated),
        CHECK_TEST(keeps_the_first_failure),
        CHECK_TEST(lists_what_is_expected_in_the_order_of_expecting),
        CHECK_TEST(asks_at_every_sample_and_once_at_the_end),
        CHECK_TEST(a_bound_looks_at_the_intervals_within_its_window),
        CHECK_TEST(a_bound_fails_at_the_end_of_the_first_interval_that_breaks_it),
    };

    return cmocka_run_group_tests_name("world/check", tests, NULL, NULL);
}
