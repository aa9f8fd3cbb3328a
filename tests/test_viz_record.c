/* Tests of viz/record: pictures become a film, or it is said why not. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "viz/record.h"

static bool has_ffmpeg(void)
{
    g_autofree char *path = g_find_program_in_path("ffmpeg");

    return path != NULL;
}

static void without_ffmpeg_it_says_what_is_missing(void **state)
{
    g_autofree char *path = g_strdup(g_getenv("PATH"));
    g_autoptr(GError) error = NULL;

    (void)state;
    (void)g_setenv("PATH", "/nowhere", TRUE);
    assert_null(viz_record_create("film.mp4", 64, 64, &error));
    (void)g_setenv("PATH", path, TRUE);
    assert_non_null(strstr(error->message, "needs ffmpeg"));
}

static void pictures_become_a_film(void **state)
{
    g_autofree char *folder = g_dir_make_tmp("tailback-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "film.gif", NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;

    (void)state;
    if (!has_ffmpeg()) {
        skip();
    }
    viz_canvas *canvas = viz_canvas_create(64, 48);
    viz_record *record = viz_record_create(path, 64, 48, &error);
    assert_non_null(record);
    for (int i = 0; i < 5; i++) {
        viz_canvas_fill(canvas, (struct viz_rect){8 * i, 4, 8, 8}, 0xffffff, 255);
        assert_true(viz_record_add(record, canvas, &error));
    }
    assert_true(viz_record_finish(record, &error));
    assert_true(g_file_get_contents(path, &bytes, NULL, NULL));
    assert_memory_equal(bytes, "GIF89a", 6);
    viz_canvas_destroy(canvas);
    (void)g_remove(path);
    (void)g_rmdir(folder);
}

static void a_film_that_cannot_be_made_is_an_error(void **state)
{
    g_autoptr(GError) error = NULL;

    (void)state;
    if (!has_ffmpeg()) {
        skip();
    }
    viz_canvas *canvas = viz_canvas_create(640, 480);
    viz_record *record = viz_record_create("/no/such/folder/film.mp4", 640, 480, &error);
    assert_non_null(record);
    bool is_added = true;
    for (int i = 0; i < 50 && is_added; i++) {
        is_added = viz_record_add(record, canvas, NULL);
    }
    assert_false(viz_record_finish(record, &error));
    assert_non_null(strstr(error->message, "/no/such/folder/film.mp4"));
    viz_canvas_destroy(canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_ffmpeg_it_says_what_is_missing),
        cmocka_unit_test(pictures_become_a_film),
        cmocka_unit_test(a_film_that_cannot_be_made_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
