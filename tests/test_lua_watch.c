/* Tests of lua/watch: conditions that are looked at after every event. */
/* SPDX-License-Identifier: MIT */
#include "lua/state.h"

#include "lua_fixture.h"

/* ---- waiting ---- */

static void a_process_waits_until_its_condition_is_true(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local n = 0 tb.process(function() tb.wait_until(function() return n >= 3 end) "
                  "print(tb.now(), n) end) tb.every('1s', function() n = n + 1 end)",
        "3.0\t3\n");
}

static void a_condition_that_is_true_already_does_not_pause(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "tb.process(function() tb.wait_until(function() return true end) print(tb.now()) "
                  "end) tb.at(0, function() print 'later' end)",
        "0.0\nlater\n");
}

static void a_condition_may_be_about_the_world(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local p = dc:producer { name = 'p', arrivals = tb.periodic '100ms' } "
                  "local q = dc:queue { name = 'q', operation = 0 } tb.connect(p, q) "
                  "tb.link(dc, dc, { latency = 0 }) "
                  "tb.process(function() tb.wait_until(function() return q:depth() == 20 end) "
                  "print(tb.now()) end)",
        "2.0\n");
}

static void those_who_wait_go_on_in_the_order_of_waiting(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local go = false for i = 1, 4 do tb.process(function() tb.wait_until(function() "
                  "return go end) print(i) end) end tb.at(1, function() go = true end)",
        "1\n2\n3\n4\n");
}

static void one_that_goes_on_may_let_another_go_on_at_once(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "local turn = 0 for i = 3, 1, -1 do tb.process(function() tb.wait_until(function() return "
        "turn == i end) print(i, tb.now()) turn = turn + 1 end) end tb.at(1, function() turn = 1 "
        "end)",
        "1\t1.0\n2\t1.0\n3\t1.0\n");
}

static void a_process_may_wait_again_and_again(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "local waiting, served = 0, 0 "
        "tb.process(function() for _ = 1, 1000 do tb.sleep(0.001) waiting = waiting + 1 end end) "
        "tb.process(function() while true do tb.wait_until(function() return waiting > 0 end) "
        "waiting = waiting - 1 tb.sleep(0.0005) served = served + 1 end end) "
        "tb.at(9, function() print(served, waiting) end)",
        "1000\t0\n");
}

static void nobody_who_waits_costs_an_event(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_true(lua_fixture_load(
        &fixture,
        LUA_WORLD "tb.process(function() tb.wait_until(function() return false end) end)"));
    assert_true(lua_fixture_run(&fixture));
    assert_int_equal(
        script_runtime_world(fixture.runtime)->run.fired_count, 11); /* and 10 samples */
    lua_fixture_close(&fixture);
}

static void waiting_is_for_processes(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.wait_until(function() return true end)",
        "x.lua:1: tb.wait_until pauses a process: call it in tb.process or tb.at");
    assert_mistake(
        LUA_WORLD "tb.process(function() tb.wait_until(5) end)",
        "x.lua:1: tb.wait_until: condition: expected a function, such as function() return ... "
        "end, "
        "got a number\n  at 0 s, in a process\n  x.lua:1");
}

static void a_mistake_in_a_condition_ends_the_run(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD
        "local n = 0 tb.process(function()\ntb.wait_until(function()\nif n > 0 then n.x = "
        "1 end end) end) tb.at(2, function() n = 1 end)",
        "x.lua:3: attempt to index a number value (upvalue 'n')\n  at 2 s, in a condition of "
        "tb.wait_until\n  x.lua:3");
    assert_mistake(
        LUA_WORLD "tb.process(function()\ntb.wait_until(function() tb.sleep(1) end) end)",
        "x.lua:2: tb.sleep cannot pause in the middle of a condition, a sort or a replacement\n  "
        "at 0 "
        "s, in a process\n  x.lua:2\n  x.lua:2");
}

static void two_that_wake_each_other_for_ever_end_the_run(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    fixture.options.call_ms_max = 60000;
    assert_true(lua_fixture_load(
        &fixture,
        LUA_WORLD "local turn = 0 for i = 0, 1 do tb.process(function() while true do "
                  "tb.wait_until(function() return turn == i end) turn = 1 - i end end) end"));
    assert_false(lua_fixture_run(&fixture));
    assert_non_null(strstr(fixture.mistake, "at 0 s: a million events, and time does not pass"));
    lua_fixture_close(&fixture);
}

/* ---- checks ---- */

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

static void assert_holds(const char *text)
{
    struct lua_fixture fixture;
    const struct world_check *check = run_with_check(&fixture, text);

    assert_true(world_check_held(check));
    lua_fixture_close(&fixture);
}

static void assert_fails(const char *text, sim_time time, const char *reason)
{
    struct lua_fixture fixture;
    const struct world_check *check = run_with_check(&fixture, text);

    assert_false(world_check_held(check));
    assert_int_equal(check->first.time, time);
    assert_string_equal(check->first.text, reason);
    assert_int_equal(check->failed, 1);
    lua_fixture_close(&fixture);
}

/* n is 1 from 2.25 s on, and 0 again from 6.5 s on. */
#define STEP                                                                                       \
    LUA_WORLD "local n = 0 tb.at(2.25, function() n = 1 end) tb.at(6.5, function() n = 0 end) "

static void always_fails_at_the_first_moment(void **state)
{
    (void)state;
    assert_fails(
        STEP "tb.expect('zero', tb.always(function() return n == 0, 'n is ' .. n end))",
        2250 * SIM_MILLISECOND,
        "n is 1");
    assert_fails(
        STEP "tb.expect('zero', tb.always(function() return n == 0 end))",
        2250 * SIM_MILLISECOND,
        "it did not hold");
}

static void always_holds_within_its_window(void **state)
{
    (void)state;
    assert_holds(STEP "tb.expect('one', tb.always(function() return n == 1 end, { from = '2.25s', "
                      "to = '6.499s' }))");
    assert_fails(
        STEP "tb.expect('one', tb.always(function() return n == 1 end, { from = '2s' }))",
        2 * SIM_SECOND,
        "it did not hold");
    assert_fails(
        STEP
        "tb.expect('one', tb.always(function() return n == 1 end, { from = '3s', to = '7s' }))",
        6500 * SIM_MILLISECOND,
        "it did not hold");
}

static void eventually_holds_as_soon_as_it_is_true(void **state)
{
    (void)state;
    assert_holds(STEP "tb.expect('one', tb.eventually(function() return n == 1 end))");
    assert_holds(STEP "tb.expect('one', tb.eventually(function() return n == 1 end, '2.25s'))");
    assert_holds(STEP "tb.expect('none', tb.eventually(function() return n == 0 end, { from = "
                      "'3s', within = '4s' }))");
}

static void eventually_fails_at_its_deadline(void **state)
{
    (void)state;
    assert_fails(
        STEP "tb.expect('one', tb.eventually(function() return n == 1 end, '2s'))",
        2 * SIM_SECOND,
        "it had not come true by 2 s");
    assert_fails(
        STEP "tb.expect('two', tb.eventually(function() return n == 2 end))",
        10 * SIM_SECOND,
        "it had not come true by the end");
    assert_fails(
        STEP "tb.expect('two', tb.eventually(function() return n == 2 end, '1h'))",
        10 * SIM_SECOND,
        "it had not come true by the end");
}

static void at_the_end_asks_once(void **state)
{
    (void)state;
    assert_holds(STEP "tb.expect('end', tb.at_end(function() return n == 0 end))");
    assert_fails(
        STEP "tb.expect('end', tb.at_end(function() return n == 1, 'n is ' .. n end))",
        10 * SIM_SECOND,
        "n is 0");
}

static void a_window_that_never_opens_does_not_hold(void **state)
{
    struct lua_fixture fixture;
    const struct world_check *check = run_with_check(
        &fixture,
        STEP "tb.expect('late', tb.always(function() return true end, { from = '11s' }))");

    (void)state;
    assert_int_equal(check->evaluated, 0);
    assert_false(world_check_held(check));
    lua_fixture_close(&fixture);
}

static void checks_do_not_change_the_run(void **state)
{
    uint64_t digests[2];
    const char *checks[] = {
        "",
        "tb.expect('x', tb.always(function() return true end)) "
        "tb.expect('y', tb.eventually(function() return false end, '5s'))"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct lua_fixture fixture;
        g_autofree char *text = g_strconcat(
            LUA_WORLD
            "local p = dc:producer { name = 'p', arrivals = tb.poisson(100) } local q = dc:queue { "
            "name = 'q' } tb.connect(p, q, dc:consumer { name = 'c', time = tb.exponential '5ms' "
            "}) ",
            checks[i],
            NULL);
        lua_fixture_open(&fixture);
        assert_true(lua_fixture_load(&fixture, text));
        assert_true(lua_fixture_run(&fixture));
        digests[i] = script_runtime_world(fixture.runtime)->trace.digest;
        lua_fixture_close(&fixture);
    }
    assert_int_equal(digests[0], digests[1]);
}

static void a_check_is_checked(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.always(5)",
        "x.lua:1: tb.always: condition: expected a function, such as function() ... end, got "
        "number "
        "5");
    assert_mistake(
        LUA_WORLD "tb.always(print, { from = 5, to = 3 })",
        "x.lua:1: field 'to' of tb.always: expected a time after 'from'");
    assert_mistake(
        LUA_WORLD "tb.eventually(print, { witin = 3 })",
        "x.lua:1: unknown field 'witin', did you mean 'within'?");
    assert_mistake(
        LUA_WORLD "tb.at(1, function()\ntb.always(print) end)",
        "x.lua:2: a world is built while its scenario loads, not while it runs\n  at 1 s, in an "
        "action of tb.at\n  x.lua:2");
    assert_mistake(
        LUA_WORLD "local n tb.expect('x', tb.always(function()\nreturn n.x end))",
        "x.lua:2: attempt to index a nil value (upvalue 'n')\n  at 0 s, in a condition of "
        "tb.always\n  x.lua:2");
}

/* ---- pauses ---- */

static void a_run_pauses_each_time_the_condition_becomes_true(void **state)
{
    struct lua_fixture fixture;
    GError *error = NULL;

    (void)state;
    lua_fixture_open(&fixture);
    fixture.options.pauses = true;
    assert_true(lua_fixture_load(
        &fixture,
        STEP "tb.at(8, function() n = 1 end) tb.pause_when('look', function() return n == 1 end)"));
    const struct world *world = script_runtime_world(fixture.runtime);
    assert_true(script_runtime_run(fixture.runtime, 10 * SIM_SECOND, UINT64_MAX, &error));
    assert_string_equal(script_runtime_paused(fixture.runtime), "look");
    assert_int_equal(world->run.now, 2250 * SIM_MILLISECOND);
    assert_true(script_runtime_run(fixture.runtime, 10 * SIM_SECOND, UINT64_MAX, &error));
    assert_string_equal(script_runtime_paused(fixture.runtime), "look");
    assert_int_equal(world->run.now, 8 * SIM_SECOND);
    assert_true(script_runtime_run(fixture.runtime, 10 * SIM_SECOND, UINT64_MAX, &error));
    assert_null(script_runtime_paused(fixture.runtime));
    assert_int_equal(world->run.now, 10 * SIM_SECOND);
    lua_fixture_close(&fixture);
}

static void a_run_without_a_viewer_does_not_pause(void **state)
{
    (void)state;
    assert_prints(
        STEP "tb.pause_when('look', function() print 'never' return n == 1 end) "
             "tb.at(9, function() print(tb.now()) end)",
        "9.0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_waits_until_its_condition_is_true),
        cmocka_unit_test(a_condition_that_is_true_already_does_not_pause),
        cmocka_unit_test(a_condition_may_be_about_the_world),
        cmocka_unit_test(those_who_wait_go_on_in_the_order_of_waiting),
        cmocka_unit_test(one_that_goes_on_may_let_another_go_on_at_once),
        cmocka_unit_test(a_process_may_wait_again_and_again),
        cmocka_unit_test(nobody_who_waits_costs_an_event),
        cmocka_unit_test(waiting_is_for_processes),
        cmocka_unit_test(a_mistake_in_a_condition_ends_the_run),
        cmocka_unit_test(two_that_wake_each_other_for_ever_end_the_run),
        cmocka_unit_test(always_fails_at_the_first_moment),
        cmocka_unit_test(always_holds_within_its_window),
        cmocka_unit_test(eventually_holds_as_soon_as_it_is_true),
        cmocka_unit_test(eventually_fails_at_its_deadline),
        cmocka_unit_test(at_the_end_asks_once),
        cmocka_unit_test(a_window_that_never_opens_does_not_hold),
        cmocka_unit_test(checks_do_not_change_the_run),
        cmocka_unit_test(a_check_is_checked),
        cmocka_unit_test(a_run_pauses_each_time_the_condition_becomes_true),
        cmocka_unit_test(a_run_without_a_viewer_does_not_pause),
    };

    return cmocka_run_group_tests_name("lua/watch", tests, NULL, NULL);
}
