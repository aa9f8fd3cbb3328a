/* Tests of lua/bounded: the standard functions whose work no hook can interrupt. */
/* SPDX-License-Identifier: MIT */
#include "lua_fixture.h"

static void rep_makes_a_mebibyte_and_no_more(void **state)
{
    (void)state;
    assert_prints(LUA_WORLD "print(#('ab'):rep(1 << 19))", "1048576\n");
    assert_mistake(
        LUA_WORLD "local s = ('ab'):rep((1 << 19) + 1)",
        "x.lua:1: string.rep makes at most 1048576 bytes");
    assert_mistake(
        LUA_WORLD "local s = (''):rep(1 << 40, 'x')",
        "x.lua:1: string.rep makes at most 1048576 bytes");
}

static void rep_of_a_negative_count_is_empty(void **state)
{
    (void)state;
    assert_prints(LUA_WORLD "print(#('ab'):rep(math.mininteger))", "0\n");
}

static void ordinary_patterns_match(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "print((' a b '):match('^%s*(.-)%s*$')) print(('k=v'):find('(%w+)=(%w+)')) "
                  "print(('a.b'):gsub('%.', '/')) for w in ('x y'):gmatch('%a') do print(w) end",
        "a b\n1\t3\tk\tv\na/b\t1\nx\ny\n");
}

static void no_value_shows_its_address(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "print({}, print, coroutine.create(print), dc) "
                  "print(tostring({}), ('%s %s'):format({}, print)) "
                  "print(setmetatable({}, { __tostring = function() return 'mine' end }))",
        "table\tfunction\tthread\ta\ntable\ttable function\nmine\n");
    assert_mistake(
        LUA_WORLD "print(('%5p'):format({}))",
        "x.lua:1: string.format: '%p' is an address, which no run repeats");
}

static void format_does_what_it_does(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "print(('%d %5.2f %q %% %s'):format(3, 1 / 3, 'a', nil)) print(('100%%p'):format())",
        "3  0.33 \"a\" % nil\n100%p\n");
}

static void table_functions_refuse_a_table_that_lies_about_its_length(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "table.insert(setmetatable({}, { __len = function() return 1 << 40 end }), 1)",
        "x.lua:1: table.insert works on plain tables, without __len");
    assert_mistake(
        LUA_WORLD
        "table.concat(setmetatable({}, { __index = function() return 'x' end }), '', 1, 9)",
        "x.lua:1: table.concat works on plain tables, without __index");
}

static void table_functions_refuse_a_range_without_end(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "table.move({}, 1, 1 << 40, 2)",
        "x.lua:1: table.move takes at most 10000000 elements");
    assert_mistake(
        LUA_WORLD "table.unpack({}, math.mininteger, math.maxinteger)",
        "x.lua:1: table.unpack takes at most 10000000 elements");
}

static void table_functions_do_what_they_do(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local t = { 3, 1, 2 } table.insert(t, 9) table.remove(t, 1) table.sort(t) "
                  "print(table.concat(t, ' ')) print(table.unpack(t, 2)) "
                  "print(#table.move(t, 1, 3, 3)) print(table.pack(1, nil, 3).n)",
        "1 2 9\n2\t9\n5\n3\n");
}

static void functions_on_bytes_are_not_there(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "string.dump(print)",
        "x.lua:1: string has no 'dump'; there is byte, char, find, format, gmatch, gsub, len, "
        "lower, match, rep, reverse, sub, upper");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rep_makes_a_mebibyte_and_no_more),
        cmocka_unit_test(rep_of_a_negative_count_is_empty),
        cmocka_unit_test(ordinary_patterns_match),
        cmocka_unit_test(no_value_shows_its_address),
        cmocka_unit_test(format_does_what_it_does),
        cmocka_unit_test(table_functions_refuse_a_table_that_lies_about_its_length),
        cmocka_unit_test(table_functions_refuse_a_range_without_end),
        cmocka_unit_test(table_functions_do_what_they_do),
        cmocka_unit_test(functions_on_bytes_are_not_there),
    };

    return cmocka_run_group_tests_name("lua/bounded", tests, NULL, NULL);
}
