/* Tests of lua/powers: the powers in a scenario's text that differ from machine to machine. */
/* SPDX-License-Identifier: MIT */
#include "lua/powers.h"

#include "lua_fixture.h"

#define LINES_MAX 4

static void assert_lines(const char *text, const char *expected)
{
    uint32_t lines[LINES_MAX];
    g_autoptr(GString) found = g_string_new(NULL);
    uint32_t count = script_powers_find(text, strlen(text), lines, LINES_MAX);

    for (uint32_t i = 0; i < count; i++) {
        g_string_append_printf(found, "%u ", lines[i]);
    }
    assert_string_equal(found->str, expected);
}

static void a_power_is_found_on_its_line(void **state)
{
    (void)state;
    assert_lines("x = 2 ^ y", "1 ");
    assert_lines("x = 1\n\ny = x^0.5 + x^3\nz = x ^ -1", "3 4 ");
    assert_lines("x = y^20 z = y^2.5\nx = y^2e1", "1 2 ");
    assert_lines("a=b^c\na=b^c\na=b^c\na=b^c\na=b^c\na=b^c", "1 2 3 4 ");
}

static void a_square_is_none(void **state)
{
    (void)state;
    assert_lines("x = y^2", "");
    assert_lines("x = y ^  2 + z^2\nx = (y^2)", "");
    assert_lines("", "");
}

static void texts_and_comments_are_no_code(void **state)
{
    (void)state;
    assert_lines("s = 'a^b' .. \"\\\"^3\" .. '\\'^'", "");
    assert_lines("s = [[ ^\n^ ]] t = [==[ ]] ]=] ^ ]==]\nx = y^z", "3 ");
    assert_lines("-- x^y\n--[[ x^y\n x^y ]] z = y^w\n--[=[ ]] ^ ]=]\n--[ x^y\nx = t[y^3]", "3 6 ");
    assert_lines("s = ('x'):match '^%d'", "");
}

static void the_author_is_told(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_true(lua_fixture_load(&fixture, LUA_WORLD "\nlocal x = 3 ^ 2\nlocal y = x ^ 0.5"));
    assert_non_null(strstr(
        fixture.printed->str,
        "x.lua:3: warning: the result of ^ differs between processors, but for ^2: write "
        "tb.pow(x, y)\n"));
    assert_null(strstr(fixture.printed->str, "x.lua:2"));
    lua_fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_power_is_found_on_its_line),
        cmocka_unit_test(a_square_is_none),
        cmocka_unit_test(texts_and_comments_are_no_code),
        cmocka_unit_test(the_author_is_told),
    };

    return cmocka_run_group_tests_name("lua/powers", tests, NULL, NULL);
}
