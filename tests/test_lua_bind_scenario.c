/* Tests of lua/bind_scenario: the scenario itself, its parameters and its output. */
/* SPDX-License-Identifier: MIT */
#include "lua_fixture.h"

static void assert_set(const char *text, const char *name, const char *value, const char *expected)
{
    struct lua_fixture fixture;
    const struct script_setting setting = {name, value};

    lua_fixture_open(&fixture);
    fixture.options.settings = &setting;
    fixture.options.setting_count = 1;
    bool is_loaded = lua_fixture_load(&fixture, text);
    assert_string_equal(is_loaded ? fixture.printed->str : fixture.mistake, expected);
    lua_fixture_close(&fixture);
}

#define RATE LUA_WORLD "print(tb.param('rate', { default = 800, min = 10, max = 20000 }))"

static void a_parameter_has_its_default_or_what_set_says(void **state)
{
    (void)state;
    assert_prints(RATE, "800\n");
    assert_set(RATE, "rate", "10", "10\n");
    assert_set(RATE, "rate", "2e3", "2000.0\n");
}

static void a_setting_out_of_its_range_is_an_error(void **state)
{
    (void)state;
    assert_set(RATE, "rate", "9", "--set rate=9: expected a number from 10 to 20000");
    assert_set(RATE, "rate", "many", "--set rate=many: expected a number");
    assert_set(RATE, "rate", "nan", "--set rate=nan: expected a number");
}

static void a_setting_without_its_parameter_is_an_error(void **state)
{
    (void)state;
    assert_set(RATE, "rat", "9", "--set rat=9: there is no parameter 'rat', did you mean 'rate'?");
    assert_set(
        RATE, "colour", "9", "--set colour=9: there is no parameter 'colour'; there is rate");
    assert_set(LUA_WORLD, "rate", "9", "--set rate=9: there is no parameter 'rate'");
}

static void a_choice_is_one_of_its_choices(void **state)
{
    const char *text =
        LUA_WORLD "print(tb.param('store', { default = 'journal', choices = { 'memory', "
                  "'journal' } }))";

    (void)state;
    assert_set(text, "store", "memory", "memory\n");
    assert_set(text, "store", "memroy", "--set store=memroy: expected \"memory\"");
    assert_set(text, "store", "disk", "--set store=disk: expected one of \"memory\", \"journal\"");
}

static void a_duration_comes_as_seconds(void **state)
{
    const char *text =
        LUA_WORLD "print(tb.param('lease', { default = '5s', min = '1s', max = '1min' }))";

    (void)state;
    assert_prints(text, "5.0\n");
    assert_set(text, "lease", "1500ms", "1.5\n");
    assert_set(text, "lease", "2min", "--set lease=2min: expected a duration from 1s to 60s");
    assert_set(
        text,
        "lease",
        "soon",
        "--set lease=soon: expected a duration such as \"5s\", \"30ms\" or \"2min\"");
}

static void a_switch_is_true_or_false(void **state)
{
    const char *text = LUA_WORLD "print(tb.param('on', { default = false }))";

    (void)state;
    assert_prints(text, "false\n");
    assert_set(text, "on", "yes", "true\n");
    assert_set(text, "on", "maybe", "--set on=maybe: expected true or false");
}

static void a_parameter_is_declared_once_and_rightly(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.param('a', { default = 1 }) tb.param('a', { default = 1 })",
        "x.lua:1: tb.param 'a' is declared already");
    assert_mistake(
        LUA_WORLD "tb.param('a', { default = 1, min = 2 })",
        "x.lua:1: tb.param 'a': default: expected a number of at least 2, got number 1");
    assert_mistake(
        LUA_WORLD "tb.param('a', { default = 'blue' })",
        "x.lua:1: field 'default' of tb.param 'a': expected a number, true or false, a duration "
        "such "
        "as \"5s\", or a text with 'choices', got \"blue\"");
}

static void a_scenario_begins_once(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.scenario { title = 't', duration = 1 }",
        "x.lua:1: tb.scenario was called already: a file is one scenario");
    assert_mistake(
        "local tb = require 'tailback' tb.datacenter 'a'",
        "x.lua:1: call tb.scenario first: it says the seed and the duration");
    assert_mistake(
        "local tb = require 'tailback' tb.scenario { title = 't' }",
        "x.lua:1: tb.scenario needs the field 'duration': a duration such as \"5s\", \"30ms\" or "
        "\"2min\"");
}

static void print_has_a_limit(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "local s = ('x'):rep(1000) while true do print(s) end",
        "x.lua:1: print: a scenario may print 1048576 bytes in all");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_parameter_has_its_default_or_what_set_says),
        cmocka_unit_test(a_setting_out_of_its_range_is_an_error),
        cmocka_unit_test(a_setting_without_its_parameter_is_an_error),
        cmocka_unit_test(a_choice_is_one_of_its_choices),
        cmocka_unit_test(a_duration_comes_as_seconds),
        cmocka_unit_test(a_switch_is_true_or_false),
        cmocka_unit_test(a_parameter_is_declared_once_and_rightly),
        cmocka_unit_test(a_scenario_begins_once),
        cmocka_unit_test(print_has_a_limit),
    };

    return cmocka_run_group_tests_name("lua/bind_scenario", tests, NULL, NULL);
}
