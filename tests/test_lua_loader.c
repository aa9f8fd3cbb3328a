/* Tests of lua/loader: the files that a scenario consists of. */
/* SPDX-License-Identifier: MIT */
#include <sys/stat.h>
#include <unistd.h>

#include "lua_fixture.h"

/* Loads `text` beside the module file `name` with `module` in it; the message, or what it printed.
 */
static char *load_beside(const char *name, const char *module, const char *text)
{
    struct lua_fixture fixture;

    lua_fixture_open(&fixture);
    g_autofree char *folder = g_build_filename(fixture.folder, "parts", NULL);
    assert_int_equal(g_mkdir(folder, 0700), 0);
    lua_fixture_write(&fixture, name, module);
    bool is_loaded = lua_fixture_load(&fixture, text);
    char *outcome = g_strdup(is_loaded ? fixture.printed->str : fixture.mistake);
    lua_fixture_close(&fixture);
    return outcome;
}

static void a_module_stands_in_the_scenarios_folder(void **state)
{
    g_autofree char *beside = load_beside(
        "prices.lua",
        "print('once') return { 3 }",
        LUA_WORLD "print(require('prices')[1], require('prices') == require('prices'))");
    g_autofree char *below =
        load_beside("parts/prices.lua", "return 4", LUA_WORLD "print(require('parts.prices'))");

    (void)state;
    assert_string_equal(beside, "once\n3\ttrue\n");
    assert_string_equal(below, "4\n");
}

static void a_module_has_the_same_globals_as_its_scenario(void **state)
{
    g_autofree char *good =
        load_beside("m.lua", "shared = 5", LUA_WORLD "require 'm' print(shared)");
    g_autofree char *bad = load_beside("m.lua", "\nos.exit()", LUA_WORLD "require 'm'");

    (void)state;
    assert_string_equal(good, "5\n");
    assert_string_equal(
        bad, "m.lua:2: 'os' is not available in a scenario: there is no clock but tb.now()");
}

static void modules_that_require_each_other_are_an_error(void **state)
{
    g_autofree char *outcome = load_beside("m.lua", "require 'm'", LUA_WORLD "require 'm'");

    (void)state;
    assert_string_equal(
        outcome, "m.lua:1: require 'm': it is required while it is still being loaded");
}

static void a_name_cannot_leave_the_folder(void **state)
{
    const char *names[] = {"../m", "a..b", "/etc/passwd", ".m", "m.", "a/b", "", "m\\0x"};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *text = g_strdup_printf(LUA_WORLD "require '%s'", names[i]);
        g_autofree char *outcome = load_beside("m.lua", "", text);
        assert_true(g_str_has_prefix(outcome, "x.lua:1: require: a module's name is letters"));
    }
}

static void a_link_cannot_leave_the_folder(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    g_autofree char *outside = g_strconcat(fixture.folder, "-outside.lua", NULL);
    g_autofree char *link = g_build_filename(fixture.folder, "m.lua", NULL);
    assert_true(g_file_set_contents(outside, "print('read')", -1, NULL));
    assert_int_equal(symlink(outside, link), 0);
    assert_false(lua_fixture_load(&fixture, LUA_WORLD "require 'm'"));
    assert_string_equal(
        fixture.mistake, "x.lua:1: require 'm': the file is not in the scenario's folder");
    assert_int_equal(unlink(outside), 0);
    lua_fixture_close(&fixture);
}

static void a_module_that_is_not_there_is_an_error_with_its_nearest_name(void **state)
{
    (void)state;
    assert_mistake(
        "require 'tailbak'", "x.lua:1: there is no module 'tailbak', did you mean 'tailback'?");
    assert_mistake(
        "require 'io'", "x.lua:1: there is no module 'io': no such file in the scenario's folder");
    assert_mistake(
        "require 'tailback.init'",
        "x.lua:1: there is no module 'tailback.init', did you mean 'tailback'?");
}

static void modules_are_not_read_while_the_world_runs(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.at('1s', function() require 'm' end)",
        "x.lua:1: require 'm': modules are read while the scenario loads\n  at 1 s, in an action "
        "of tb.at\n"
        "  x.lua:1");
}

static void bytecode_is_refused(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_false(lua_fixture_load(&fixture, "\x1bLua and what follows"));
    assert_non_null(strstr(fixture.mistake, "it is compiled Lua, and only text is run"));
    lua_fixture_close(&fixture);
}

static void a_first_line_for_the_shell_is_skipped_but_counted(void **state)
{
    (void)state;
    assert_mistake("#!/usr/bin/env tailback\nerror('second')", "x.lua:2: second");
}

static void what_cannot_be_read_is_an_error(void **state)
{
    struct lua_fixture fixture;
    GError *error = NULL;

    (void)state;
    lua_fixture_open(&fixture);
    assert_null(script_runtime_load(&fixture.options, &error));
    g_autofree char *expected =
        g_strdup_printf("cannot read '%s': No such file or directory", fixture.path);
    assert_string_equal(error->message, expected);
    g_clear_error(&error);

    fixture.options.path = fixture.folder;
    assert_null(script_runtime_load(&fixture.options, &error));
    g_autofree char *folder = g_strdup_printf("cannot read '%s': it is not a file", fixture.folder);
    assert_string_equal(error->message, folder);
    g_clear_error(&error);
    lua_fixture_close(&fixture);
}

static void a_file_of_more_than_a_mebibyte_is_refused(void **state)
{
    struct lua_fixture fixture;
    g_autofree char *text = g_strnfill((1 << 20) + 1, ' ');

    (void)state;
    lua_fixture_open(&fixture);
    assert_false(lua_fixture_load(&fixture, text));
    assert_true(g_str_has_suffix(fixture.mistake, "it is larger than 1 MiB"));
    lua_fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_module_stands_in_the_scenarios_folder),
        cmocka_unit_test(a_module_has_the_same_globals_as_its_scenario),
        cmocka_unit_test(modules_that_require_each_other_are_an_error),
        cmocka_unit_test(a_name_cannot_leave_the_folder),
        cmocka_unit_test(a_link_cannot_leave_the_folder),
        cmocka_unit_test(a_module_that_is_not_there_is_an_error_with_its_nearest_name),
        cmocka_unit_test(modules_are_not_read_while_the_world_runs),
        cmocka_unit_test(bytecode_is_refused),
        cmocka_unit_test(a_first_line_for_the_shell_is_skipped_but_counted),
        cmocka_unit_test(what_cannot_be_read_is_an_error),
        cmocka_unit_test(a_file_of_more_than_a_mebibyte_is_refused),
    };

    return cmocka_run_group_tests_name("lua/loader", tests, NULL, NULL);
}
