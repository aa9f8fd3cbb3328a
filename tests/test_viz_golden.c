/* Tests of viz/draw, viz/font and viz/png: whole pictures, pixel by pixel.
 *
 * The pictures in tests/golden/ were made with the font and the FreeType of Debian 12; elsewhere a
 * letter may differ by a shade, and the tests are skipped. UPDATE_GOLDEN=1 writes them anew. A
 * picture that differs is left beside the test program, to be looked at. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "cli/paths.h"
#include "viz/draw.h"
#include "viz/png.h"

#include "tests/viz_fixture.h"

#define INTER "/usr/share/fonts/opentype/inter/Inter-Regular.otf"

/* The folder of sources, seen from the build's link to its library. */
static char *golden_path(const char *name)
{
    g_autofree char *library = cli_paths_library(NULL);

    assert_non_null(library);
    return g_strdup_printf("%s/../tests/golden/%s.png", library, name);
}

static viz_canvas *draw(viz_font *font, const struct viz_ui *ui)
{
    viz_canvas *canvas = viz_canvas_create(1280, 720);
    viz_scene *scene = viz_scene_create(font);
    struct viz_story *story = fixture_story(3);

    viz_page_compose(scene, (struct viz_rect){0, 0, 1280, 720}, story, ui);
    viz_draw(canvas, scene);
    fixture_free(story);
    viz_scene_destroy(scene);
    return canvas;
}

static uint32_t count_different(const viz_canvas *one, const viz_canvas *other)
{
    uint32_t count = 0;

    assert_int_equal(viz_canvas_width(one), viz_canvas_width(other));
    assert_int_equal(viz_canvas_height(one), viz_canvas_height(other));
    for (int i = 0; i < viz_canvas_width(one) * viz_canvas_height(one); i++) {
        count += viz_canvas_pixels(one)[i] != viz_canvas_pixels(other)[i];
    }
    return count;
}

static void assert_golden(const char *name, const struct viz_ui *ui)
{
    g_autofree char *path = golden_path(name);
    g_autoptr(GError) error = NULL;

    if (!g_file_test(INTER, G_FILE_TEST_EXISTS)) {
        skip();
    }
    viz_font *font = fixture_font();
    viz_canvas *actual = draw(font, ui);
    if (g_getenv("UPDATE_GOLDEN") != NULL) {
        assert_true(viz_png_write(actual, path, NULL));
    }
    viz_canvas *expected = viz_png_read(path, &error);
    if (expected == NULL) {
        fail_msg("%s", error->message);
    }
    uint32_t different = count_different(actual, expected);
    if (different > 0) {
        g_autofree char *seen = g_strdup_printf("%s-actual.png", name);
        assert_true(viz_png_write(actual, seen, NULL));
        fail_msg("%u pixels differ from %s; see %s", different, path, seen);
    }
    viz_canvas_destroy(expected);
    viz_canvas_destroy(actual);
    viz_font_destroy(font);
}

static void the_page_is_drawn_as_it_was(void **state)
{
    struct viz_ui ui = fixture_ui();

    (void)state;
    assert_golden("page-dark", &ui);
}

static void the_light_theme_is_drawn_as_it_was(void **state)
{
    struct viz_ui ui = fixture_ui();

    (void)state;
    ui.theme = VIZ_THEME_LIGHT;
    ui.selected = 4;
    assert_golden("page-light-inspector", &ui);
}

static void presenter_mode_is_drawn_as_it_was(void **state)
{
    struct viz_ui ui = fixture_ui();

    (void)state;
    ui.is_presenter = true;
    ui.panel = VIZ_PANEL_LATENCY;
    assert_golden("presenter-latency", &ui);
}

static void the_same_scene_is_the_same_picture_twice(void **state)
{
    struct viz_ui ui = fixture_ui();
    viz_font *font = fixture_font();
    viz_canvas *one = draw(font, &ui);
    viz_canvas *other = draw(font, &ui);

    (void)state;
    assert_int_equal(count_different(one, other), 0);
    ui.theme = VIZ_THEME_LIGHT;
    viz_canvas *light = draw(font, &ui);
    assert_true(count_different(one, light) > 900000);
    viz_canvas_destroy(light);
    viz_canvas_destroy(other);
    viz_canvas_destroy(one);
    viz_font_destroy(font);
}

static void a_picture_survives_its_file(void **state)
{
    struct viz_ui ui = fixture_ui();
    viz_font *font = fixture_font();
    viz_canvas *one = draw(font, &ui);
    g_autofree char *folder = g_dir_make_tmp("tailback-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "one.png", NULL);

    (void)state;
    assert_true(viz_png_write(one, path, NULL));
    viz_canvas *other = viz_png_read(path, NULL);
    assert_non_null(other);
    assert_int_equal(count_different(one, other), 0);
    (void)remove(path);
    (void)remove(folder);
    viz_canvas_destroy(other);
    viz_canvas_destroy(one);
    viz_font_destroy(font);
}

static void a_file_that_cannot_be_written_is_an_error(void **state)
{
    viz_canvas *canvas = viz_canvas_create(4, 4);
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_false(viz_png_write(canvas, "/no/such/folder/picture.png", &error));
    assert_non_null(strstr(error->message, "/no/such/folder/picture.png"));
    viz_canvas_destroy(canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_is_drawn_as_it_was),
        cmocka_unit_test(the_light_theme_is_drawn_as_it_was),
        cmocka_unit_test(presenter_mode_is_drawn_as_it_was),
        cmocka_unit_test(the_same_scene_is_the_same_picture_twice),
        cmocka_unit_test(a_picture_survives_its_file),
        cmocka_unit_test(a_file_that_cannot_be_written_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
