/* Tests of what the author of a wrong scenario reads.
 *
 * Each file of tests/scenarios-wrong/ begins with the exact message that it must end in, a comment
 * "--! ..." for each of its lines, without the folder in file names. When a message of on_message
 * comes is the world's affair: it stands as "at ... s". */
/* SPDX-License-Identifier: MIT */
#include "lua_fixture.h"

#define MARK       "--! "
#define FILES_MIN  60
#define MARK_COUNT (sizeof(MARK) - 1)

static char *folder_of_wrong_scenarios(void)
{
    g_autofree char *tests = g_path_get_dirname(__FILE__);
    char *beside = g_build_filename(tests, "scenarios-wrong", NULL);

    if (!g_file_test(beside, G_FILE_TEST_IS_DIR)) {
        g_free(beside);
        return g_strdup("tests/scenarios-wrong");
    }
    return beside;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *names_in(const char *folder)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *directory = g_dir_open(folder, 0, NULL);
    const char *name = NULL;

    assert_non_null(directory);
    while ((name = g_dir_read_name(directory)) != NULL) {
        if (g_str_has_suffix(name, ".lua")) {
            g_ptr_array_add(names, g_strdup(name));
        }
    }
    g_dir_close(directory);
    g_ptr_array_sort(names, compare_names);
    return names;
}

static char *expected_message(const char *path)
{
    g_autofree char *text = NULL;
    GString *expected = g_string_new(NULL);

    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; g_str_has_prefix(lines[i], MARK); i++) {
        g_string_append_printf(expected, "%s%s", i > 0 ? "\n" : "", lines[i] + MARK_COUNT);
    }
    return g_string_free(expected, FALSE);
}

static char *without(const char *text, const char *pattern, const char *replacement)
{
    GRegex *regex = g_regex_new(pattern, 0, 0, NULL);
    char *result = g_regex_replace_literal(regex, text, -1, 0, replacement, 0, NULL);

    g_regex_unref(regex);
    return result;
}

/* What the scenario comes to: the message, or "" when nothing is wrong with it. */
static char *message_of(const char *path)
{
    struct script_options options = {
        .path = path,
        .library = lua_fixture_library(),
        .call_ms_max = 2000,
        .memory_max = UINT64_C(256) << 20,
    };
    GError *error = NULL;
    script_runtime *runtime = script_runtime_load(&options, &error);

    if (runtime != NULL) {
        sim_time duration = script_runtime_scenario(runtime)->duration;
        bool has_run = script_runtime_run(runtime, duration, UINT64_MAX, &error);
        bool has_ended = has_run && script_runtime_end(runtime, &error);
        assert_int_equal(has_ended, error == NULL);
        script_runtime_destroy(runtime);
    }
    char *message = g_strdup(error != NULL ? error->message : "");
    g_clear_error(&error);
    return message;
}

static void each_wrong_scenario_ends_in_its_message(void **state)
{
    g_autofree char *folder = folder_of_wrong_scenarios();
    g_autofree char *prefix = g_strconcat(folder, "/", NULL);
    g_autofree char *escaped = g_regex_escape_string(prefix, -1);
    GPtrArray *names = names_in(folder);
    uint32_t wrong = 0;

    (void)state;
    assert_true(names->len >= FILES_MIN);
    for (uint32_t i = 0; i < names->len; i++) {
        g_autofree char *path = g_strconcat(prefix, g_ptr_array_index(names, i), NULL);
        g_autofree char *expected = expected_message(path);
        g_autofree char *whole = message_of(path);
        g_autofree char *local = without(whole, escaped, "");
        g_autofree char *message =
            without(local, "at [0-9.]+ s, in on_message", "at ... s, in on_message");
        if (strcmp(message, expected) != 0) {
            print_error("%s\n expected: %s\n but was:  %s\n", path, expected, message);
            wrong++;
        }
    }
    g_ptr_array_unref(names);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_wrong_scenario_ends_in_its_message),
    };

    return cmocka_run_group_tests_name("lua/errors", tests, NULL, NULL);
}
