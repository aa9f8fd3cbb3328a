/* Tests of lua/limits: what a scenario may use, and how it ends beyond that. */
/* SPDX-License-Identifier: MIT */
#include <sys/wait.h>
#include <unistd.h>

#include "lua_fixture.h"

#define TOO_LONG                                                                                   \
    "this has been running for 0.2 s without a pause: an endless loop? (tb.sleep pauses a "        \
    "process)"

static void an_endless_loop_ends_at_its_line(void **state)
{
    (void)state;
    assert_mistake(LUA_WORLD "\nwhile true do end", "x.lua:2: " TOO_LONG);
}

static void pcall_does_not_swallow_the_end_of_an_endless_loop(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "\nwhile true do pcall(function()\nwhile true do end end) end",
        "x.lua:3: " TOO_LONG);
}

static void a_coroutine_does_not_swallow_it_either(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD
        "while true do coroutine.resume(coroutine.create(function() while true do end end)) "
        "end",
        "x.lua:1: " TOO_LONG);
    assert_mistake(
        LUA_WORLD "local function spin() while true do pcall(coroutine.wrap(spin)) end end spin()",
        "x.lua:1: " TOO_LONG);
}

static void short_coroutines_do_not_evade_the_limit(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "while true do coroutine.wrap(function() end)() end", "x.lua:1: " TOO_LONG);
}

static void an_endless_comparison_of_a_sort_ends(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "table.sort({ 2, 1 }, function() while true do end end)", "x.lua:1: " TOO_LONG);
}

static void a_handler_that_loops_ends_with_its_place(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.at('3s', 'mischief', function()\nwhile true do end end)",
        "x.lua:2: " TOO_LONG "\n  at 3 s, in \"mischief\"\n  x.lua:2");
}

static void many_short_calls_may_last_long(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local n = 0 tb.process(function() while true do tb.sleep(0.00001) n = n + 1 "
                  "end end) tb.at('9.9s', function() print(n) end)",
        "989999\n");
}

static void memory_beyond_the_limit_is_an_error_with_a_line(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    fixture.options.call_ms_max = 20000;
    assert_false(
        lua_fixture_load(&fixture, LUA_WORLD "\nlocal t = {} while true do t[#t + 1] = {} end"));
    assert_string_equal(fixture.mistake, "x.lua:2: the scenario needs more than 64 MiB of memory");
    lua_fixture_close(&fixture);
}

static void pcall_does_not_swallow_the_end_of_memory(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    fixture.options.call_ms_max = 20000;
    assert_false(lua_fixture_load(
        &fixture,
        LUA_WORLD
        "local t = {} while true do pcall(function() while true do t[#t + 1] = {} end end) end"));
    assert_string_equal(fixture.mistake, "x.lua:1: the scenario needs more than 64 MiB of memory");
    lua_fixture_close(&fixture);
}

static void garbage_is_collected_before_the_limit_counts(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    fixture.options.call_ms_max = 20000;
    assert_true(lua_fixture_load(
        &fixture,
        LUA_WORLD "for i = 1, 200 do local s = ('x'):rep(1 << 20) .. i end print('done')"));
    assert_string_equal(fixture.printed->str, "done\n");
    lua_fixture_close(&fixture);
}

/* One concatenation that asks for far more than the limit: to refuse it is not safe. */
static void one_huge_request_ends_the_process_with_status_2(void **state)
{
    struct lua_fixture fixture;
    int status = 0;

    (void)state;
    lua_fixture_open(&fixture);
    lua_fixture_write(&fixture, "x.lua", "");
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(STDERR_FILENO);
        (void)lua_fixture_load(
            &fixture,
            LUA_WORLD "local s = ('x'):rep(1 << 20) s = s .. s .. s .. s .. s .. s .. s .. s "
                      "s = s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s");
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 2);
    lua_fixture_close(&fixture);
}

static void what_follows_an_excess_in_the_same_process_is_unharmed(void **state)
{
    an_endless_loop_ends_at_its_line(state);
    assert_prints(LUA_WORLD "print('well')", "well\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_endless_loop_ends_at_its_line),
        cmocka_unit_test(pcall_does_not_swallow_the_end_of_an_endless_loop),
        cmocka_unit_test(a_coroutine_does_not_swallow_it_either),
        cmocka_unit_test(short_coroutines_do_not_evade_the_limit),
        cmocka_unit_test(an_endless_comparison_of_a_sort_ends),
        cmocka_unit_test(a_handler_that_loops_ends_with_its_place),
        cmocka_unit_test(many_short_calls_may_last_long),
        cmocka_unit_test(memory_beyond_the_limit_is_an_error_with_a_line),
        cmocka_unit_test(pcall_does_not_swallow_the_end_of_memory),
        cmocka_unit_test(garbage_is_collected_before_the_limit_counts),
        cmocka_unit_test(one_huge_request_ends_the_process_with_status_2),
        cmocka_unit_test(what_follows_an_excess_in_the_same_process_is_unharmed),
    };

    return cmocka_run_group_tests_name("lua/limits", tests, NULL, NULL);
}
