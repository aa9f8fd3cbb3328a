/* tests/lua_fixture.h - runs scenarios that a test writes as text.
 *
 * The text becomes the file x.lua in a folder of its own; in messages that come back the folder is
 * cut off, so that they begin with "x.lua:1: ". */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_LUA_FIXTURE_H
#define TESTS_LUA_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "lua/runtime.h"

/* The first line of most tests: a world of one data centre, which lasts ten seconds. */
#define LUA_WORLD                                                                                  \
    "local tb = require 'tailback' tb.scenario { title = 't', duration = '10s', seed = 1 } "       \
    "local dc = tb.datacenter 'a' "

struct lua_fixture {
    char *folder;
    char *path;
    GString *printed; /* without the virtual time */
    script_runtime *runtime;
    char *mistake;                 /* the message; or NULL */
    struct script_options options; /* may be changed before the text is loaded */
};

/* The repository's lua/: beside this file's folder, from the build folder or from the root. */
static inline const char *lua_fixture_library(void)
{
    g_autofree char *tests = g_path_get_dirname(__FILE__);
    g_autofree char *beside = g_build_filename(tests, "..", "lua", NULL);
    const char *library = g_file_test(beside, G_FILE_TEST_IS_DIR) ? beside : "lua";

    return g_intern_string(library);
}

static inline void lua_fixture_print(void *context, const char *line)
{
    GString *printed = context;
    const char *text = strstr(line, " s] ");

    assert_non_null(text);
    g_string_append(printed, text + strlen(" s] "));
    g_string_append_c(printed, '\n');
}

static inline void lua_fixture_open(struct lua_fixture *fixture)
{
    *fixture = (struct lua_fixture){.folder = g_dir_make_tmp("tailback-XXXXXX", NULL)};
    assert_non_null(fixture->folder);
    fixture->path = g_build_filename(fixture->folder, "x.lua", NULL);
    fixture->printed = g_string_new(NULL);
    fixture->options = (struct script_options){
        .path = fixture->path,
        .library = lua_fixture_library(),
        .call_ms_max = 200,
        .memory_max = UINT64_C(64) << 20,
        .print = lua_fixture_print,
        .print_context = fixture->printed,
    };
}

static inline void lua_fixture_write(
    const struct lua_fixture *fixture, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(fixture->folder, name, NULL);

    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static inline void lua_fixture_keep(struct lua_fixture *fixture, GError *error)
{
    g_autofree char *prefix = g_strconcat(fixture->folder, "/", NULL);
    g_auto(GStrv) parts = g_strsplit(error->message, prefix, -1);

    fixture->mistake = g_strjoinv("", parts);
    g_error_free(error);
}

/* Loads the text. Returns whether that went well; else fixture->mistake says why not. */
static inline bool lua_fixture_load(struct lua_fixture *fixture, const char *text)
{
    GError *error = NULL;

    lua_fixture_write(fixture, "x.lua", text);
    fixture->runtime = script_runtime_load(&fixture->options, &error);
    if (fixture->runtime == NULL) {
        lua_fixture_keep(fixture, error);
        return false;
    }
    assert_null(error);
    return true;
}

/* Runs what is loaded to its end. */
static inline bool lua_fixture_run(struct lua_fixture *fixture)
{
    GError *error = NULL;
    sim_time duration = script_runtime_scenario(fixture->runtime)->duration;

    if (!script_runtime_run(fixture->runtime, duration, UINT64_MAX, &error) ||
        !script_runtime_end(fixture->runtime, &error)) {
        lua_fixture_keep(fixture, error);
        return false;
    }
    assert_null(error);
    return true;
}

static inline void lua_fixture_remove(const char *folder)
{
    GDir *entries = g_dir_open(folder, 0, NULL);
    const char *name = NULL;

    assert_non_null(entries);
    while ((name = g_dir_read_name(entries)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK)) {
            lua_fixture_remove(path);
        } else {
            assert_int_equal(g_unlink(path), 0);
        }
    }
    g_dir_close(entries);
    assert_int_equal(g_rmdir(folder), 0);
}

static inline void lua_fixture_close(struct lua_fixture *fixture)
{
    script_runtime_destroy(fixture->runtime);
    lua_fixture_remove(fixture->folder);
    g_string_free(fixture->printed, TRUE);
    g_free(fixture->mistake);
    g_free(fixture->path);
    g_free(fixture->folder);
}

/* ---- in one step ---- */

/* The text loads and runs, and prints this. */
static inline void assert_prints(const char *text, const char *expected)
{
    struct lua_fixture fixture;

    lua_fixture_open(&fixture);
    if (!lua_fixture_load(&fixture, text) || !lua_fixture_run(&fixture)) {
        fail_msg("%s", fixture.mistake);
    }
    assert_string_equal(fixture.printed->str, expected);
    lua_fixture_close(&fixture);
}

/* The text does not load, or does not run, and this is the message. */
static inline void assert_mistake(const char *text, const char *expected)
{
    struct lua_fixture fixture;

    lua_fixture_open(&fixture);
    bool is_well = lua_fixture_load(&fixture, text) && lua_fixture_run(&fixture);
    assert_false(is_well);
    assert_string_equal(fixture.mistake, expected);
    lua_fixture_close(&fixture);
}

#endif
