/* Tests of lua/bind_record: measures of the scenario's own. */
/* SPDX-License-Identifier: MIT */
#include "lua/state.h"

#include "lua_fixture.h"

static void a_tally_keeps_the_distribution_of_its_values(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local m = tb.measure 'age' for i = 1, 9 do m:record(i) end "
                  "print(m, m:value(), m:mean(), m:max(), m:p(50):value())",
        "age\t9\t5.0\t9\t5\n");
}

static void a_tally_of_times_is_in_seconds(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_true(lua_fixture_load(
        &fixture,
        LUA_WORLD "local m = tb.measure('wait', { unit = 's' }) m:record(0.25) m:record(0.75) "
                  "print(m:mean(), m:max())"));
    assert_string_equal(fixture.printed->str, "0.5\t0.75\n");
    const struct sim_measure *measure =
        sim_registry_find(script_runtime_world(fixture.runtime)->registry, "wait");
    assert_string_equal(measure->unit, "ns");
    assert_int_equal(sim_histogram_max(measure->tally.histogram), 750 * SIM_MILLISECOND);
    lua_fixture_close(&fixture);
}

static void a_gauge_has_its_mean_over_time(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local m = tb.measure('level', { kind = 'gauge' }) m:set(2) "
                  "tb.at(2, function() m:set(-6) end) "
                  "tb.at(8, function() print(m:value(), m:mean(), m:max()) end)",
        "-6\t-4.0\t2\n");
}

static void a_counter_counts(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local m = tb.measure('refused', { kind = 'counter' }) m:add() m:add(5) m:add(0) "
                  "print(m:value(), tb.measures.refused == m)",
        "6\ttrue\n");
}

static void a_bound_on_it_can_be_expected(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_true(lua_fixture_load(
        &fixture,
        LUA_WORLD "local m = tb.measure('wait', { unit = 's' }) "
                  "tb.every('100ms', function() m:record(tb.now() < 5 and 0.1 or 0.3) end) "
                  "tb.expect('short', m:p(99):below('200ms'))"));
    assert_true(lua_fixture_run(&fixture));
    const struct world_check *check =
        g_ptr_array_index(script_runtime_world(fixture.runtime)->checks.expected, 0);
    assert_false(world_check_held(check));
    assert_int_equal(check->first.time, 5 * SIM_SECOND);
    lua_fixture_close(&fixture);
}

static void recording_allocates_nothing(void **state)
{
    struct lua_fixture fixture;
    GError *error = NULL;

    (void)state;
    lua_fixture_open(&fixture);
    assert_true(lua_fixture_load(
        &fixture,
        LUA_WORLD
        "local t, g, c = tb.measure('t', { unit = 's' }), tb.measure('g', { kind = 'gauge' }), "
        "tb.measure('c', { kind = 'counter' }) local q = dc:queue { name = 'q' } "
        "local p = dc:producer { name = 'p', arrivals = tb.periodic '1ms', message = { key = 3, "
        "user = tb.uniform_int(1, 9) } } tb.connect(p, q, dc:consumer { name = 'c', time = 0, "
        "on_message = function(m) t:record(tb.now() - m.born) g:set(m.user) c:add() "
        "if m.attempt == 1 then return tb.nack end end })"));
    assert_true(script_runtime_run(fixture.runtime, SIM_SECOND, UINT64_MAX, &error));
    const struct script_limits *limits = &((const struct script_runtime *)fixture.runtime)->limits;
    uint64_t before = limits->memory_used;
    assert_true(script_runtime_run(fixture.runtime, 9 * SIM_SECOND, UINT64_MAX, &error));
    assert_int_equal(limits->memory_used, before);
    lua_fixture_close(&fixture);
}

static void a_wrong_value_says_what_is_expected(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.measure('a'):record(0.5)",
        "x.lua:1: record: expected a whole number (a time has unit = \"s\" in tb.measure), got "
        "number 0.5");
    assert_mistake(
        LUA_WORLD "tb.measure('a'):record(-1)",
        "x.lua:1: record: expected a whole number up to 2^53 of at least 0, got number -1");
    assert_mistake(
        LUA_WORLD "tb.measure('a', { unit = 's' }):record('5s')",
        "x.lua:1: record: expected a number of seconds of at least 0, got a string");
    assert_mistake(
        LUA_WORLD "tb.measure('a', { kind = 'gauge' }):set(1e300)",
        "x.lua:1: set: expected a whole number up to 2^53, got number 1e+300");
    assert_mistake(
        LUA_WORLD "tb.measure('a', { kind = 'counter' }):add(nil)",
        "x.lua:1: add: expected a whole number up to 2^53 of at least 0, got a nil");
}

static void a_wrong_receiver_is_refused(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.measure('a', { kind = 'gauge' }):add()",
        "x.lua:1: add is for a counter, and this measure is a gauge: say kind = \"counter\" in "
        "tb.measure");
    assert_mistake(
        LUA_WORLD "dc:queue { name = 'q' } tb.measures['a/q/depth']:set(5)",
        "x.lua:1: set is for measures that tb.measure made; this one is the world's");
    assert_mistake(
        LUA_WORLD "tb.measure('a').record(dc, 5)",
        "x.lua:1: record is a method of a measure: call it with a colon, measure:record(...)");
    assert_mistake(
        LUA_WORLD "tb.measure('a').record(5)",
        "x.lua:1: record is a method of a measure: call it with a colon, measure:record(...)");
}

static void a_name_is_taken_once(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.measure 'latency'",
        "x.lua:1: tb.measure: there is a measure 'latency' already: choose another name");
    assert_mistake(
        LUA_WORLD "tb.measure 'a/b'",
        "x.lua:1: tb.measure: name: expected a name of 1 to 64 letters, digits, '.', '_' and '-', "
        "got \"a/b\"");
    assert_mistake(
        LUA_WORLD "tb.at(1, function() tb.measure 'a' end)",
        "x.lua:1: a world is built while its scenario loads, not while it runs\n  at 1 s, in an "
        "action of tb.at\n  x.lua:1");
    assert_mistake(
        LUA_WORLD "for i = 1, 2000 do tb.measure('m' .. i) end",
        "x.lua:1: tb.measure: at most 1000 of them");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tally_keeps_the_distribution_of_its_values),
        cmocka_unit_test(a_tally_of_times_is_in_seconds),
        cmocka_unit_test(a_gauge_has_its_mean_over_time),
        cmocka_unit_test(a_counter_counts),
        cmocka_unit_test(a_bound_on_it_can_be_expected),
        cmocka_unit_test(recording_allocates_nothing),
        cmocka_unit_test(a_wrong_value_says_what_is_expected),
        cmocka_unit_test(a_wrong_receiver_is_refused),
        cmocka_unit_test(a_name_is_taken_once),
    };

    return cmocka_run_group_tests_name("lua/bind_record", tests, NULL, NULL);
}
