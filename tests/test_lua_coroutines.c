/* Tests of lua/coroutines: coroutines of the scenario's own. */
/* SPDX-License-Identifier: MIT */
#include "lua_fixture.h"

static void values_pass_both_ways(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "local co = coroutine.create(function(a, b) print(a, b) local c = coroutine.yield(3, 4) "
        "print(c) return 6 end) "
        "print(coroutine.resume(co, 1, 2)) print(coroutine.resume(co, 5)) "
        "print(coroutine.resume(co)) print(coroutine.status(co))",
        "1\t2\ntrue\t3\t4\n5\ntrue\t6\nfalse\tcannot resume dead coroutine\ndead\n");
}

static void wrap_iterates(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "for i in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end) do "
        "print(i) end",
        "1\n2\n3\n");
}

static void an_error_inside_is_a_false_or_passes_on(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "print(coroutine.resume(coroutine.create(function() error('no', 0) end))) "
                  "print(pcall(coroutine.wrap(function() error('nor', 0) end)))",
        "false\tno\nfalse\tnor\n");
}

static void a_chain_too_deep_is_an_error(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "local depth = 0 local function down() depth = depth + 1 return coroutine.wrap(down)() end "
        "print(select('#', pcall(down)), depth > 50)",
        "2\ttrue\n");
}

static void close_is_not_there(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "coroutine.close()",
        "x.lua:1: coroutine has no 'close'; there is create, isyieldable, resume, status, "
        "wrap, yield");
}

static void only_a_coroutine_can_be_resumed(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "coroutine.resume(1)",
        "x.lua:1: bad argument #1 to 'resume' (coroutine expected, got number)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_pass_both_ways),
        cmocka_unit_test(wrap_iterates),
        cmocka_unit_test(an_error_inside_is_a_false_or_passes_on),
        cmocka_unit_test(a_chain_too_deep_is_an_error),
        cmocka_unit_test(close_is_not_there),
        cmocka_unit_test(only_a_coroutine_can_be_resumed),
    };

    return cmocka_run_group_tests_name("lua/coroutines", tests, NULL, NULL);
}
