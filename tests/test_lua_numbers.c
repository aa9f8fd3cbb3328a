/* Tests of lua/numbers: a math library that is the same on every machine. */
/* SPDX-License-Identifier: MIT */
#include "sim/math.h"

#include "lua_fixture.h"

static void random_numbers_follow_the_seed(void **state)
{
    struct lua_fixture first;
    struct lua_fixture second;
    struct lua_fixture other;
    const char *text = LUA_WORLD "print(math.random(), math.random(100), math.random(-5, 5))";

    (void)state;
    lua_fixture_open(&first);
    lua_fixture_open(&second);
    lua_fixture_open(&other);
    other.options.has_seed = true;
    other.options.seed = 2;
    assert_true(lua_fixture_load(&first, text));
    assert_true(lua_fixture_load(&second, text));
    assert_true(lua_fixture_load(&other, text));
    assert_string_equal(first.printed->str, second.printed->str);
    assert_string_not_equal(first.printed->str, other.printed->str);
    lua_fixture_close(&other);
    lua_fixture_close(&second);
    lua_fixture_close(&first);
}

static void random_numbers_stay_in_their_interval_and_reach_its_ends(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local seen = {} for i = 1, 1000 do local x = math.random(3, 5) "
                  "assert(math.type(x) == 'integer') seen[x] = true local u = math.random() "
                  "assert(u >= 0 and u < 1) end for k in pairs(seen) do print(k) end "
                  "print(math.type(math.random(math.mininteger, math.maxinteger)))",
        "3\n4\n5\ninteger\n");
    assert_mistake(
        LUA_WORLD "math.random(0)", "x.lua:1: math.random: there is no integer in this interval");
}

static void random_numbers_need_the_seed(void **state)
{
    (void)state;
    assert_mistake("math.random()", "x.lua:1: math.random needs the seed: call tb.scenario first");
}

static void elementary_functions_are_the_kernels(void **state)
{
    g_autofree char *expected = g_strdup_printf(
        "%.17g %.17g %.17g %.17g %.17g\n",
        sim_math_exp(1.5),
        sim_math_log(1.5),
        sim_math_sin(1.5),
        sim_math_cos(1.5),
        sim_math_pow(1.5, 2.5));

    (void)state;
    assert_prints(
        LUA_WORLD "print(('%.17g %.17g %.17g %.17g %.17g'):format(math.exp(1.5), math.log(1.5), "
                  "math.sin(1.5), math.cos(1.5), tb.pow(1.5, 2.5)))",
        expected);
    assert_prints(
        LUA_WORLD "print(('%.6g %.6g'):format(math.log(8, 2), math.tan(1)))", "3 1.55741\n");
}

static void what_is_not_exact_is_not_there(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "math.randomseed(1)",
        "x.lua:1: math has no 'randomseed', did you mean 'random'?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_numbers_follow_the_seed),
        cmocka_unit_test(random_numbers_stay_in_their_interval_and_reach_its_ends),
        cmocka_unit_test(random_numbers_need_the_seed),
        cmocka_unit_test(elementary_functions_are_the_kernels),
        cmocka_unit_test(what_is_not_exact_is_not_there),
    };

    return cmocka_run_group_tests_name("lua/numbers", tests, NULL, NULL);
}
