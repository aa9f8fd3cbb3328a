/* Tests of lua/bind_measure: measures and checks. */
/* SPDX-License-Identifier: MIT */
#include "lua_fixture.h"

#define CHAIN                                                                                      \
    LUA_WORLD "local p = dc:producer { name = 'p', arrivals = tb.periodic '100ms' } "              \
              "local q = dc:queue { name = 'q' } "                                                 \
              "local c = dc:consumer { name = 'c', time = '50ms', workers = 1 } "                  \
              "local l = dc:ledger { name = 'l' } tb.connect(p, q, c, l) "                         \
              "local latency = tb.measures['a/l/latency'] "

static const struct world_check *run_with_check(struct lua_fixture *fixture, const char *text)
{
    lua_fixture_open(fixture);
    if (!lua_fixture_load(fixture, text) || !lua_fixture_run(fixture)) {
        fail_msg("%s", fixture->mistake);
    }
    const struct world *world = script_runtime_world(fixture->runtime);
    assert_int_equal(world->checks.expected->len, 1);
    return g_ptr_array_index(world->checks.expected, 0);
}

static void measures_are_read_while_the_world_runs(void **state)
{
    (void)state;
    assert_prints(
        CHAIN "tb.at(9.99, function() print(tb.measures['a/p/arrived']:value(), latency:value(), "
              "latency:p(50):value() > 0.05, latency:mean() < 0.06, latency:max() < 0.06) "
              "print(tb.measures['a/p/arrived'], latency) end)",
        "99\t99\ttrue\ttrue\ttrue\na/p/arrived\ta/l/latency\n");
}

static void measures_can_be_visited_in_order(void **state)
{
    (void)state;
    assert_prints(
        CHAIN "local last, n = '', 0 for name, m in pairs(tb.measures) do assert(name > last) last "
              "= name "
              "n = n + 1 assert(tostring(m) == name) end print(n > 10)",
        "true\n");
}

static void a_bound_that_holds_holds(void **state)
{
    struct lua_fixture fixture;
    const struct world_check *check = run_with_check(
        &fixture,
        CHAIN "tb.expect('fast', latency:p(99):below('60ms', { from = '2s', to = '8s' }))");

    (void)state;
    assert_true(world_check_held(check));
    assert_string_equal(check->name, "fast");
    assert_int_equal(check->evaluated, 6);
    lua_fixture_close(&fixture);
}

static void a_bound_that_does_not_hold_fails_at_its_moment(void **state)
{
    struct lua_fixture fixture;
    const struct world_check *check = run_with_check(
        &fixture, CHAIN "tb.expect('slow', latency:p(99):above('60ms', { from = 3 }))");

    (void)state;
    assert_false(world_check_held(check));
    assert_int_equal(check->first.time, 4 * SIM_SECOND);
    lua_fixture_close(&fixture);
}

static void counters_and_gauges_have_bounds_too(void **state)
{
    struct lua_fixture fixture;
    const struct world_check *check = run_with_check(
        &fixture, CHAIN "tb.expect('served', tb.measures['a/p/arrived']:above(9, { from = 1 }))");

    (void)state;
    assert_true(world_check_held(check));
    lua_fixture_close(&fixture);
    check = run_with_check(&fixture, CHAIN "tb.expect('short', tb.measures['a/q/depth']:below(1))");
    assert_non_null(check);
    lua_fixture_close(&fixture);
}

static void the_checks_of_the_world_can_be_expected(void **state)
{
    const char *checks[] = {"exactly_once", "conservation", "budgets(l)"};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(checks); i++) {
        struct lua_fixture fixture;
        g_autofree char *text = g_strdup_printf(CHAIN "tb.expect('it', tb.checks.%s)", checks[i]);
        assert_true(world_check_held(run_with_check(&fixture, text)));
        lua_fixture_close(&fixture);
    }
}

static void what_is_no_check_cannot_be_expected(void **state)
{
    (void)state;
    assert_mistake(
        CHAIN "tb.expect('x', latency)",
        "x.lua:1: tb.expect: \"x\" needs a bound: add :below(...) or :above(...)");
    assert_mistake(
        CHAIN "tb.expect('x', true)",
        "x.lua:1: tb.expect: expected a check or a function, got true");
    assert_mistake(
        CHAIN "tb.expect('x', tb.checks.exactly_once) tb.expect('y', tb.checks.exactly_once)",
        "x.lua:1: this check is expected already, as \"x\"");
    assert_mistake(
        CHAIN "tb.expect('x', tb.checks.exactly_twice)",
        "x.lua:1: tb.checks has no 'exactly_twice'; it has budgets(ledger), conservation, "
        "exactly_once, money(ledger), order");
}

static void a_measure_is_asked_what_it_has(void **state)
{
    (void)state;
    assert_mistake(
        CHAIN "print(tb.measures['a/l/latncy'])",
        "x.lua:1: there is no measure 'a/l/latncy', did you mean 'a/l/latency'?");
    assert_mistake(
        CHAIN "tb.measures['a/p/arrived']:p(99)",
        "x.lua:1: p is for a tally, such as a latency; a/p/arrived is a counter");
    assert_mistake(
        CHAIN "latency:below('1s')",
        "x.lua:1: a/l/latency has many values: bound a percentile, as in :p(99):below(...)");
    assert_mistake(
        CHAIN "latency:p(101)",
        "x.lua:1: p: percent: expected a number from 0 to 100, got number 101");
    assert_mistake(
        CHAIN "latency:p(99):below('1s', { form = '2s' })",
        "x.lua:1: unknown field 'form', did you mean 'from'?");
    assert_mistake(
        CHAIN "latency:p(99):below('1s', { from = '2s', to = '1s' })",
        "x.lua:1: field 'to' of below: expected a time after 'from'");
    assert_mistake(
        CHAIN "tb.measures['a/p/arrived']:mean()",
        "x.lua:1: a/p/arrived is a counter: it has a value and no mean");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_are_read_while_the_world_runs),
        cmocka_unit_test(measures_can_be_visited_in_order),
        cmocka_unit_test(a_bound_that_holds_holds),
        cmocka_unit_test(a_bound_that_does_not_hold_fails_at_its_moment),
        cmocka_unit_test(counters_and_gauges_have_bounds_too),
        cmocka_unit_test(the_checks_of_the_world_can_be_expected),
        cmocka_unit_test(what_is_no_check_cannot_be_expected),
        cmocka_unit_test(a_measure_is_asked_what_it_has),
    };

    return cmocka_run_group_tests_name("lua/bind_measure", tests, NULL, NULL);
}
