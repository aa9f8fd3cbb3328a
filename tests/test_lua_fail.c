/* Tests of lua/fail: the messages that the author of a scenario reads. */
/* SPDX-License-Identifier: MIT */
#include "lua_fixture.h"

static void the_position_is_the_authors_own_line(void **state)
{
    (void)state;
    assert_mistake(
        "local tb = require 'tailback'\nlocal function mine()\ntb.param('x', {})\nend\nmine()",
        "x.lua:3: tb.param 'x' needs the field 'default': its value unless --set says otherwise");
}

static void a_trace_has_the_authors_functions_only(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "\nlocal function inner() local t = nil; return t.x end\n"
                  "local function outer() return (inner()) end\n"
                  "tb.every('4s', function()\nouter()\nend)",
        "x.lua:2: attempt to index a nil value (local 't')\n  at 4 s, in an action of tb.every\n"
        "  x.lua:2: in 'inner'\n  x.lua:3: in 'outer'\n  x.lua:5: in 'action'");
}

static void a_deep_trace_is_cut(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_true(lua_fixture_load(
        &fixture,
        LUA_WORLD "local function f(n) if n == 0 then error('deep') end f(n - 1) end "
                  "tb.at(1, function() f(100) end)"));
    assert_false(lua_fixture_run(&fixture));
    g_auto(GStrv) lines = g_strsplit(fixture.mistake, "\n", -1);
    assert_int_equal(g_strv_length(lines), 2 + 10);
    lua_fixture_close(&fixture);
}

static void control_bytes_become_question_marks(void **state)
{
    (void)state;
    assert_mistake(LUA_WORLD "error('a\\27[31mb\\nc\\127')", "x.lua:1: a?[31mb?c?");
    assert_prints(LUA_WORLD "print('a\\27[31mb\\nc\\td')", "a?[31mb?c\td\n");
}

static void an_error_that_is_no_text_is_not_looked_into(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "error(setmetatable({}, { __tostring = function() while true do end end }))",
        "x.lua:1: the scenario raised an error that is no text, but a table");
}

static void a_long_message_is_cut(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_false(lua_fixture_load(&fixture, LUA_WORLD "error(('x'):rep(100000))"));
    assert_int_equal(strlen(fixture.mistake), 1024 - strlen(fixture.folder) - 1);
    lua_fixture_close(&fixture);
}

static void a_field_is_found_on_its_own_line(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD
        "\ndc:queue {\n  name = 'lease = 1', -- lease = 2\n  store = 'memory',\n  lease = 0 }",
        "x.lua:3: field 'name' of dc:queue: expected a name of 1 to 64 letters, digits, '.', '_' "
        "and "
        "'-', got \"lease = 1\"");
    assert_mistake(
        LUA_WORLD "\ndc:queue {\n  name = 'q', -- lease = 2\n  store = 'memory',\n  lease = 0 }",
        "x.lua:5: field 'lease' of dc:queue: expected a duration of at least 1us, got number 0");
    assert_mistake(
        LUA_WORLD "\nlocal fields = { name = 'q', lease = 0 }\ndc:queue(fields)\nlocal lease = 1",
        "x.lua:3: field 'lease' of dc:queue: expected a duration of at least 1us, got number 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_position_is_the_authors_own_line),
        cmocka_unit_test(a_trace_has_the_authors_functions_only),
        cmocka_unit_test(a_deep_trace_is_cut),
        cmocka_unit_test(control_bytes_become_question_marks),
        cmocka_unit_test(an_error_that_is_no_text_is_not_looked_into),
        cmocka_unit_test(a_long_message_is_cut),
        cmocka_unit_test(a_field_is_found_on_its_own_line),
    };

    return cmocka_run_group_tests_name("lua/fail", tests, NULL, NULL);
}
