/* Tests of the viewer with every scenario that is shipped: at several moments, sizes and modes no
 * text lies over another, and every node is there with its name. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/paths.h"

#include "tests/viz_fixture.h"

#define PATIENCE_US (60L * G_USEC_PER_SEC)

struct shown {
    viz_font *font;
    viz_scene *scene;
    viz_player *player;
};

static void settle(viz_player *player)
{
    const struct viz_story *story = viz_player_story(player);
    gint64 deadline = g_get_monotonic_time() + PATIENCE_US;

    for (uint32_t still = 0; still < 15;) {
        (void)viz_player_poll(player);
        bool is_still =
            story->problem != NULL ||
            (story->topology.node_count > 0 && story->goal < 0 && !viz_player_is_moving(player));
        still = is_still ? still + 1 : 0;
        g_usleep(2000);
        assert_true(g_get_monotonic_time() < deadline);
    }
    if (story->problem != NULL) {
        fail_msg("%s", story->problem);
    }
}

static void assert_scene(const struct shown *shown, const struct viz_ui *ui, int width)
{
    const struct viz_story *story = viz_player_story(shown->player);
    g_autoptr(GString) faults = g_string_new(NULL);

    viz_page_compose(shown->scene, (struct viz_rect){0, 0, width, width * 9 / 16}, story, ui);
    if (viz_scene_check(shown->scene, faults) > 0) {
        fail_msg("%s at %d:\n%s", story->path, width, faults->str);
    }
}

static void assert_page(const struct shown *shown, const struct viz_ui *ui, int width)
{
    const struct viz_story *story = viz_player_story(shown->player);
    uint32_t names = 0;

    assert_scene(shown, ui, width);
    for (guint i = 0; i < viz_scene_count(shown->scene); i++) {
        const struct viz_item *item = viz_scene_at(shown->scene, i);
        names += item->kind == VIZ_ITEM_TEXT && g_str_has_prefix(item->role, "node/") &&
                 g_str_has_suffix(item->role, "/name") && item->text[0] != '\0';
    }
    assert_int_equal(names, story->topology.node_count);
}

static void assert_pages(const struct shown *shown)
{
    struct viz_ui ui = fixture_ui();

    ui.answers[0] = ui.answers[1] = ui.answers[2] = ui.answers[3] = VIZ_SKIPPED;
    assert_page(shown, &ui, 1280);
    assert_page(shown, &ui, 1920);
    ui.is_presenter = true;
    assert_page(shown, &ui, 1280);
}

/* What lies over the page, and two runs beside each other. */
static void assert_overlays(const struct shown *shown)
{
    const struct viz_story *story = viz_player_story(shown->player);
    struct viz_ui ui = fixture_ui();

    ui.answers[0] = ui.answers[1] = ui.answers[2] = ui.answers[3] = VIZ_SKIPPED;
    ui.selected = 0;
    assert_scene(shown, &ui, 1280);
    ui.has_menu = true;
    assert_scene(shown, &ui, 1280);
    ui.has_menu = false;
    ui.knobs.is_open = story->topology.param_count > 0;
    assert_scene(shown, &ui, 1920);
    ui.is_presenter = true;
    assert_scene(shown, &ui, 1280);
    ui = fixture_ui();
    ui.answers[0] = ui.answers[1] = ui.answers[2] = ui.answers[3] = VIZ_SKIPPED;
    ui.other = story;
    ui.other_label = "rate 1600";
    assert_scene(shown, &ui, 1280);
}

static void assert_scenario(struct shown *shown, const char *path, const char *library)
{
    const struct script_options options = {
        .path = path, .library = library, .memory_max = UINT64_C(1) << 30};

    shown->player = viz_player_create(&options);
    viz_player_start(shown->player, 0, false);
    settle(shown->player);
    sim_time duration = viz_player_story(shown->player)->topology.duration;
    for (int part = 0; part <= 2; part++) {
        viz_player_seek(shown->player, duration * part / 4);
        settle(shown->player);
        assert_pages(shown);
    }
    viz_player_inspect(shown->player, 0);
    settle(shown->player);
    assert_overlays(shown);
    viz_player_destroy(shown->player);
}

/* Of one folder; each file that ends with .lua is a scenario. */
static uint32_t assert_folder(struct shown *shown, const char *folder, const char *library)
{
    GDir *files = g_dir_open(folder, 0, NULL);
    const char *name;
    uint32_t count = 0;

    while (files != NULL && (name = g_dir_read_name(files)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_str_has_suffix(name, ".lua")) {
            assert_scenario(shown, path, library);
            count++;
        }
    }
    if (files != NULL) {
        g_dir_close(files);
    }
    return count;
}

static void every_scenario_has_pages_without_a_fault(void **state)
{
    static const char *const folders[] = {"billing", "cache", "failures", "models", "ticket"};
    struct shown shown = {.font = fixture_font()};
    g_autofree char *library = cli_paths_library(NULL);
    g_autofree char *data = cli_paths_data(NULL);
    uint32_t count = 0;

    (void)state;
    shown.scene = viz_scene_create(shown.font);
    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *folder = g_build_filename(data, "scenarios", folders[i], NULL);
        count += assert_folder(&shown, folder, library);
    }
    assert_true(count >= 2);
    viz_scene_destroy(shown.scene);
    viz_font_destroy(shown.font);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scenario_has_pages_without_a_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
