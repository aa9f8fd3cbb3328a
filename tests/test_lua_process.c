/* Tests of lua/process: Lua functions that live in virtual time. */
/* SPDX-License-Identifier: MIT */
#include "lua_fixture.h"

static void what_happens_at_a_time_happens_then(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "tb.at('3s', function() print(tb.now()) end) "
                  "tb.at(1.5, 'a label', function() print(tb.now()) end) print(tb.now())",
        "0.0\n1.5\n3.0\n");
}

static void a_label_becomes_an_incident(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_true(lua_fixture_load(
        &fixture,
        LUA_WORLD "tb.at('3s', 'it begins', function() end) tb.at('4s', function() end)"));
    assert_true(lua_fixture_run(&fixture));
    const struct world *world = script_runtime_world(fixture.runtime);
    assert_int_equal(world->incidents.list->len, 1);
    const struct world_incident *incident =
        &g_array_index(world->incidents.list, struct world_incident, 0);
    assert_int_equal(incident->time, 3 * SIM_SECOND);
    assert_string_equal(incident->label, "it begins");
    lua_fixture_close(&fixture);
}

static void a_process_sleeps_and_wakes(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "tb.process(function() print('begin', tb.now()) tb.sleep('2s') print(tb.now()) "
                  "tb.sleep(0.25) print(tb.now()) end) print('loaded')",
        "loaded\nbegin\t0.0\n2.0\n2.25\n");
}

static void an_action_may_sleep_too(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "tb.at('1s', 'x', function() tb.sleep('1s') print(tb.now()) end)", "2.0\n");
}

static void processes_of_one_instant_run_in_the_order_of_their_sleeps(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "for i = 1, 3 do tb.process(function() for j = 1, 2 do print(i, j) tb.sleep('1s') end "
        "end) end",
        "1\t1\n2\t1\n3\t1\n1\t2\n2\t2\n3\t2\n");
}

static void every_begins_one_interval_from_now(void **state)
{
    (void)state;
    assert_prints(LUA_WORLD "tb.every('4s', function() print(tb.now()) end)", "4.0\n8.0\n");
}

static void processes_can_be_made_by_processes(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "local ended = 0 local function child() tb.sleep(0.5) ended = ended + 1 end "
        "tb.process(function() for i = 1, 1000 do tb.process(child) tb.sleep(0.001) end end) "
        "tb.at('9s', function() print(ended) end)",
        "1000\n");
}

static void thirds_of_seconds_do_not_drift(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "tb.process(function() for i = 1, 90 do tb.sleep('100ms') end print(tb.now()) end)",
        "9.0\n");
}

static void the_past_is_an_error(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.at('3s', function()\ntb.at('2s', function() end) end)",
        "x.lua:2: this time has passed: it is 3 s now\n  at 3 s, in an action of tb.at\n  x.lua:2");
}

static void only_a_process_can_sleep(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.sleep('1s')",
        "x.lua:1: tb.sleep pauses a process: call it in tb.process or tb.at");
    assert_mistake(
        LUA_WORLD "tb.process(function() coroutine.wrap(function()\ntb.sleep('1s') end)() end)",
        "x.lua:2: tb.sleep pauses a process: call it in tb.process or tb.at\n  at 0 s, in a "
        "process\n"
        "  x.lua:1");
}

static void a_process_pauses_with_sleep_only(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.process(function()\ncoroutine.yield() end)",
        "x.lua:2: a process pauses with tb.sleep, not coroutine.yield\n  at 0 s, in a process\n  "
        "x.lua:2");
}

static void a_sleep_is_a_duration(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.process(function() tb.sleep(-1) end)",
        "x.lua:1: tb.sleep: expected a duration of at least 0, got -1.0\n  at 0 s, in a process\n"
        "  x.lua:1");
    assert_mistake(
        LUA_WORLD "tb.process(function() tb.sleep(0 / 0) end)",
        "x.lua:1: tb.sleep: expected a duration of at least 0, got nan\n  at 0 s, in a process\n"
        "  x.lua:1");
    assert_mistake(
        LUA_WORLD "tb.process(function() tb.sleep() end)",
        "x.lua:1: tb.sleep: duration: expected a duration such as \"5s\", \"30ms\" or \"2min\", "
        "got "
        "nil\n  at 0 s, in a process\n  x.lua:1");
}

static void a_sleep_beyond_the_end_of_time_never_ends(void **state)
{
    (void)state;
    assert_prints(LUA_WORLD "tb.process(function() tb.sleep(9e9) print('woke') end)", "");
}

static void a_fault_ends_itself(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local q = dc:queue { name = 'q' } local b = tb.datacenter 'b' "
                  "tb.during('1s', '3s', 'q is gone', q:outage()) "
                  "tb.during(4, 6, b:outage()) "
                  "tb.every('1s', function() tb.sleep(0.5) print(tb.now(), q:is_up(), "
                  "b:has_failed()) end)",
        "1.5\tfalse\tfalse\n3.0\ttrue\tfalse\n4.5\ttrue\ttrue\n6.0\ttrue\tfalse\n7.5\ttrue\tfalse\n"
        "9.0\ttrue\tfalse\n");
}

static void a_fault_may_be_any_two_functions(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_true(lua_fixture_load(
        &fixture,
        LUA_WORLD "tb.during('1s', '3s', 'rain', { start = function() print('wet', tb.now()) end, "
                  "stop = function() print('dry', tb.now()) end })"));
    assert_true(lua_fixture_run(&fixture));
    assert_string_equal(fixture.printed->str, "wet\t1.0\ndry\t3.0\n");
    const GArray *incidents = script_runtime_world(fixture.runtime)->incidents.list;
    assert_int_equal(incidents->len, 2);
    assert_string_equal(g_array_index(incidents, struct world_incident, 0).label, "rain");
    assert_string_equal(g_array_index(incidents, struct world_incident, 1).label, "rain: over");
    lua_fixture_close(&fixture);
}

static void a_fault_is_checked(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.during('3s', '1s', 'x', dc:outage())",
        "x.lua:1: tb.during: to: expected a time after \"3s\", got \"1s\"");
    assert_mistake(
        LUA_WORLD "tb.during('3s', '11s', 'x', dc:outage())",
        "x.lua:1: tb.during: \"11s\" is after the end of the scenario, at 10 s: it would never "
        "happen");
    assert_mistake(
        LUA_WORLD "tb.during('3s', '4s', 'x', dc)",
        "x.lua:1: tb.during: fault: expected a fault such as dc:outage(), or { start = function, "
        "stop = function }, got a datacenter");
    assert_mistake(
        LUA_WORLD "tb.during('3s', '4s', { start = print })",
        "x.lua:1: a fault needs the field 'stop': a function, such as function() ... end");
}

static void a_log_line_is_formatted(void **state)
{
    (void)state;
    assert_prints(LUA_WORLD "tb.log('%d of %s', 3, dc) tb.log 'plain'", "3 of a\nplain\n");
    assert_mistake(LUA_WORLD "tb.log(5)", "x.lua:1: tb.log: format: expected a text, got number 5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_happens_at_a_time_happens_then),
        cmocka_unit_test(a_label_becomes_an_incident),
        cmocka_unit_test(a_process_sleeps_and_wakes),
        cmocka_unit_test(an_action_may_sleep_too),
        cmocka_unit_test(processes_of_one_instant_run_in_the_order_of_their_sleeps),
        cmocka_unit_test(every_begins_one_interval_from_now),
        cmocka_unit_test(processes_can_be_made_by_processes),
        cmocka_unit_test(thirds_of_seconds_do_not_drift),
        cmocka_unit_test(the_past_is_an_error),
        cmocka_unit_test(only_a_process_can_sleep),
        cmocka_unit_test(a_process_pauses_with_sleep_only),
        cmocka_unit_test(a_sleep_is_a_duration),
        cmocka_unit_test(a_sleep_beyond_the_end_of_time_never_ends),
        cmocka_unit_test(a_fault_ends_itself),
        cmocka_unit_test(a_fault_may_be_any_two_functions),
        cmocka_unit_test(a_fault_is_checked),
        cmocka_unit_test(a_log_line_is_formatted),
    };

    return cmocka_run_group_tests_name("lua/process", tests, NULL, NULL);
}
