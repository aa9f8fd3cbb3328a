/* Tests of cli/outputs: a folder appears whole or not at all, and nothing foreign is ever lost.
 *
 * Each test works in a new folder of its own, which must hold, when it is over, what the test says
 * and nothing else: no half-written folder beside. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "cli/outputs.h"

struct place {
    char *folder; /* of the test */
    char *out;    /* in it: what --out would name */
    struct cli_output files[2];
};

static int memory_with(const char *text)
{
    g_autofree char *path = NULL;
    int descriptor = g_file_open_tmp("tailback-output-XXXXXX", &path, NULL);

    assert_true(descriptor >= 0);
    assert_int_equal(g_unlink(path), 0);
    assert_true(cli_outputs_put(descriptor, text, strlen(text)));
    return descriptor;
}

static int make_place(void **state)
{
    struct place *place = g_new0(struct place, 1);

    place->folder = g_dir_make_tmp("tailback-outputs-XXXXXX", NULL);
    assert_non_null(place->folder);
    place->out = g_build_filename(place->folder, "out", NULL);
    place->files[0] = (struct cli_output){"summary.json", memory_with("{}\n")};
    place->files[1] = (struct cli_output){"series.csv", memory_with("time_s\r\n")};
    *state = place;
    return 0;
}

static void remove_folder(const char *path)
{
    g_autoptr(GDir) entries = g_dir_open(path, 0, NULL);
    const char *name;

    while (entries != NULL && (name = g_dir_read_name(entries)) != NULL) {
        g_autofree char *entry = g_build_filename(path, name, NULL);
        (void)g_unlink(entry);
    }
    (void)g_rmdir(path);
}

static int remove_place(void **state)
{
    struct place *place = *state;

    remove_folder(place->out);
    remove_folder(place->folder);
    (void)close(place->files[0].descriptor);
    (void)close(place->files[1].descriptor);
    g_free(place->folder);
    g_free(place->out);
    g_free(place);
    return 0;
}

static uint32_t entries_in(const char *path)
{
    g_autoptr(GDir) entries = g_dir_open(path, 0, NULL);
    uint32_t count = 0;

    assert_non_null(entries);
    while (g_dir_read_name(entries) != NULL) {
        count++;
    }
    return count;
}

static void assert_holds(const char *folder, const char *name, const char *expected)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *text = NULL;

    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_string_equal(text, expected);
}

static void put_file(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    assert_true(g_file_set_contents(path, "before", -1, NULL));
}

static void assert_refused(const struct place *place, const char *folder, bool is_forced)
{
    g_autoptr(GError) error = NULL;

    assert_false(cli_outputs_write(folder, is_forced, place->files, 2, &error));
    assert_non_null(error);
}

static void a_new_folder_gets_all_files(void **state)
{
    struct place *place = *state;

    assert_true(cli_outputs_check(place->out, false, NULL));
    assert_int_equal(entries_in(place->folder), 0);
    assert_true(cli_outputs_write(place->out, false, place->files, 2, NULL));
    assert_holds(place->out, "summary.json", "{}\n");
    assert_holds(place->out, "series.csv", "time_s\r\n");
    assert_int_equal(entries_in(place->folder), 1);
}

static void a_folder_that_exists_is_refused_and_untouched(void **state)
{
    struct place *place = *state;

    assert_int_equal(g_mkdir(place->out, 0777), 0);
    assert_false(cli_outputs_check(place->out, false, NULL));
    assert_refused(place, place->out, false);
    assert_int_equal(entries_in(place->out), 0);
    assert_int_equal(entries_in(place->folder), 1);
}

static void force_replaces_what_an_earlier_run_wrote(void **state)
{
    struct place *place = *state;

    assert_int_equal(g_mkdir(place->out, 0777), 0);
    put_file(place->out, "summary.json");
    put_file(place->out, "latency.hgrm");
    assert_true(cli_outputs_write(place->out, true, place->files, 2, NULL));
    assert_holds(place->out, "summary.json", "{}\n");
    assert_int_equal(entries_in(place->out), 2);
    assert_int_equal(entries_in(place->folder), 1);
}

static void even_force_leaves_a_folder_with_foreign_files_alone(void **state)
{
    struct place *place = *state;

    assert_int_equal(g_mkdir(place->out, 0777), 0);
    put_file(place->out, "thesis.tex");
    put_file(place->out, "summary.json");
    assert_refused(place, place->out, true);
    assert_holds(place->out, "thesis.tex", "before");
    assert_holds(place->out, "summary.json", "before");
    assert_int_equal(entries_in(place->folder), 1);
}

static void even_force_replaces_no_file(void **state)
{
    struct place *place = *state;

    put_file(place->folder, "out");
    assert_refused(place, place->out, true);
    assert_holds(place->folder, "out", "before");
    assert_int_equal(entries_in(place->folder), 1);
    (void)g_unlink(place->out);
}

static void even_force_follows_no_link(void **state)
{
    struct place *place = *state;
    g_autofree char *link = g_build_filename(place->folder, "link", NULL);

    assert_int_equal(g_mkdir(place->out, 0777), 0);
    assert_int_equal(symlink("out", link), 0);
    assert_refused(place, link, true);
    assert_int_equal(entries_in(place->out), 0);
    (void)g_unlink(link);
}

static void a_folder_in_no_folder_is_refused(void **state)
{
    struct place *place = *state;
    g_autofree char *deep = g_build_filename(place->out, "deeper", NULL);

    assert_false(cli_outputs_check(deep, false, NULL));
    assert_refused(place, deep, false);
    assert_int_equal(entries_in(place->folder), 0);
}

/* What cannot be read stands for a disk that fails half-way. */
static void a_failure_half_way_leaves_nothing(void **state)
{
    struct place *place = *state;
    int descriptor = place->files[1].descriptor;

    place->files[1].descriptor = -1;
    assert_refused(place, place->out, false);
    assert_int_equal(entries_in(place->folder), 0);
    place->files[1].descriptor = descriptor;
}

static void a_full_disk_is_noticed(void **state)
{
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    struct place *place = *state;

    assert_true(full >= 0);
    assert_false(cli_outputs_copy(place->files[0].descriptor, full));
    assert_int_equal(close(full), 0);
}

#define PLACE_TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(a_new_folder_gets_all_files),
        PLACE_TEST(a_folder_that_exists_is_refused_and_untouched),
        PLACE_TEST(force_replaces_what_an_earlier_run_wrote),
        PLACE_TEST(even_force_leaves_a_folder_with_foreign_files_alone),
        PLACE_TEST(even_force_replaces_no_file),
        PLACE_TEST(even_force_follows_no_link),
        PLACE_TEST(a_folder_in_no_folder_is_refused),
        PLACE_TEST(a_failure_half_way_leaves_nothing),
        PLACE_TEST(a_full_disk_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
