/* Tests of viz/page: in every size and mode, no text lies over another or sticks out, each can be
 * told from its ground, and every node's name and value is there. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/viz_fixture.h"

struct pages {
    viz_font *font;
    viz_scene *scene;
};

static int set_up(void **state)
{
    struct pages *pages = g_new0(struct pages, 1);

    pages->font = fixture_font();
    pages->scene = viz_scene_create(pages->font);
    *state = pages;
    return 0;
}

static int tear_down(void **state)
{
    struct pages *pages = *state;

    viz_scene_destroy(pages->scene);
    viz_font_destroy(pages->font);
    g_free(pages);
    return 0;
}

static void assert_sound(const viz_scene *scene)
{
    g_autoptr(GString) faults = g_string_new(NULL);

    if (viz_scene_check(scene, faults) > 0) {
        struct viz_rect window = viz_scene_window(scene);
        fail_msg("at %dx%d:\n%s", window.width, window.height, faults->str);
    }
}

static void compose(
    const struct pages *pages, const struct viz_story *story, const struct viz_ui *ui, int width)
{
    viz_page_compose(pages->scene, (struct viz_rect){0, 0, width, width * 9 / 16}, story, ui);
}

static bool has_text(const viz_scene *scene, const char *role)
{
    for (guint i = 0; i < viz_scene_count(scene); i++) {
        const struct viz_item *item = viz_scene_at(scene, i);
        if (item->kind == VIZ_ITEM_TEXT && strcmp(item->role, role) == 0) {
            return item->text[0] != '\0' && !item->is_cut;
        }
    }
    return false;
}

static void assert_has(const viz_scene *scene, const char *path, const char *what)
{
    g_autofree char *role = g_strdup_printf("node/%s/%s", path, what);

    if (!has_text(scene, role)) {
        fail_msg("%s is missing or cut", role);
    }
}

static void assert_has_nodes(const viz_scene *scene, const struct viz_topology *topology)
{
    for (uint32_t i = 0; i < topology->node_count; i++) {
        const struct viz_node *node = &topology->nodes[i];
        g_autofree char *path = g_strdup_printf("%s/%s", topology->places[node->place], node->name);
        assert_has(scene, path, "name");
        assert_has(scene, path, "value");
    }
}

static void assert_sound_in_all_sizes(
    const struct pages *pages, const struct viz_story *story, enum viz_theme theme)
{
    static const int widths[] = {720, 960, 1280, 1600, 1920, 3840};
    struct viz_ui ui = fixture_ui();

    ui.theme = theme;
    for (size_t i = 0; i < G_N_ELEMENTS(widths); i++) {
        compose(pages, story, &ui, widths[i]);
        assert_sound(pages->scene);
    }
}

static void no_text_lies_over_another_at_any_size(void **state)
{
    for (uint32_t places = 1; places <= 9; places += 2) {
        struct viz_story *story = fixture_story(places);
        assert_sound_in_all_sizes(*state, story, VIZ_THEME_DARK);
        assert_sound_in_all_sizes(*state, story, VIZ_THEME_LIGHT);
        fixture_free(story);
    }
}

static void every_node_has_its_name_and_its_value(void **state)
{
    const struct pages *pages = *state;

    for (uint32_t places = 1; places <= 7; places += 2) {
        struct viz_story *story = fixture_story(places);
        struct viz_ui ui = fixture_ui();
        compose(pages, story, &ui, 1280);
        assert_has_nodes(pages->scene, &story->topology);
        compose(pages, story, &ui, 1920);
        assert_has_nodes(pages->scene, &story->topology);
        ui.is_presenter = true;
        compose(pages, story, &ui, 1280);
        assert_has_nodes(pages->scene, &story->topology);
        fixture_free(story);
    }
}

static void assert_large(const viz_scene *scene)
{
    for (guint i = 0; i < viz_scene_count(scene); i++) {
        const struct viz_item *item = viz_scene_at(scene, i);
        assert_true(item->kind != VIZ_ITEM_TEXT || item->face.size >= VIZ_PRESENTER_TEXT_MIN);
    }
}

static void the_last_row_can_read_presenter_mode(void **state)
{
    const struct pages *pages = *state;
    struct viz_story *story = fixture_story(3);
    struct viz_ui ui = fixture_ui();

    ui.is_presenter = true;
    for (int panel = 0; panel < VIZ_PANEL_COUNT; panel++) {
        ui.panel = (enum viz_panel)panel;
        compose(pages, story, &ui, 1280);
        assert_sound(pages->scene);
        assert_large(pages->scene);
    }
    fixture_free(story);
}

static void what_lies_over_the_page_covers_no_word_in_part(void **state)
{
    const struct pages *pages = *state;
    struct viz_story *story = fixture_story(3);
    struct viz_ui ui = fixture_ui();

    ui.has_help = true;
    compose(pages, story, &ui, 1280);
    assert_sound(pages->scene);
    assert_true(has_text(pages->scene, "help/title"));
    ui.has_help = false;
    ui.selected = 2;
    compose(pages, story, &ui, 1280);
    assert_sound(pages->scene);
    assert_true(has_text(pages->scene, "inspector/title"));
    fixture_free(story);
}

static void help_fits_the_window_of_a_class(void **state)
{
    const struct pages *pages = *state;
    struct viz_story *story = fixture_story(3);
    struct viz_ui ui = fixture_ui();
    guint cut = 0;

    ui.has_help = true;
    ui.is_presenter = true;
    compose(pages, story, &ui, 1280);
    assert_sound(pages->scene);
    for (guint i = 0; i < viz_scene_count(pages->scene); i++) {
        const struct viz_item *item = viz_scene_at(pages->scene, i);
        bool is_cut = item->is_cut && g_str_has_prefix(item->role, "help");
        if (is_cut) {
            print_message("%s is cut\n", item->text);
        }
        cut += is_cut;
    }
    assert_int_equal(cut, 0);
    fixture_free(story);
}

static void the_pointer_shows_the_figures_of_a_node(void **state)
{
    const struct pages *pages = *state;
    struct viz_story *story = fixture_story(3);
    struct viz_ui ui = fixture_ui();

    compose(pages, story, &ui, 1280);
    assert_false(has_text(pages->scene, "hover"));
    for (guint i = 0; i < viz_scene_count(pages->scene); i++) {
        const struct viz_item *item = viz_scene_at(pages->scene, i);
        if (item->action == VIZ_ACTION_SELECT) {
            ui.pointer_x = item->rect.x + 5;
            ui.pointer_y = item->rect.y + 5;
        }
    }
    compose(pages, story, &ui, 1280);
    assert_true(has_text(pages->scene, "hover"));
    assert_sound(pages->scene);
    fixture_free(story);
}

static void a_question_waits_until_it_is_answered(void **state)
{
    const struct pages *pages = *state;
    struct viz_story *story = fixture_story(3);
    struct viz_ui ui = fixture_ui();

    story->topology.question_count = 1;
    story->topology.questions[0] = (struct viz_question){
        .time = 30 * SIM_SECOND,
        .choice_count = 2,
        .answer = 1,
        .text = "What will become of it?",
        .because = "It says so.",
        .choices = {"this", "that"}};
    compose(pages, story, &ui, 1280);
    assert_sound(pages->scene);
    assert_true(has_text(pages->scene, "question/text"));
    ui.answers[0] = 2;
    compose(pages, story, &ui, 1280);
    assert_false(has_text(pages->scene, "question/text"));
    assert_false(has_text(pages->scene, "checks/answer"));
    story->frame.phase = VIZ_PHASE_ENDED;
    compose(pages, story, &ui, 1280);
    assert_true(has_text(pages->scene, "checks/answer"));
    assert_sound(pages->scene);
    fixture_free(story);
}

static void a_scenario_s_own_chart_has_its_place(void **state)
{
    const struct pages *pages = *state;
    struct viz_story *story = fixture_story(3);
    struct viz_ui ui = fixture_ui();

    story->topology.chart = (struct viz_own_chart){
        .series_count = 2, .title = "Money", .unit = "value", .series = {"revenue", "cost"}};
    compose(pages, story, &ui, 1280);
    assert_sound(pages->scene);
    assert_true(has_text(pages->scene, "own/label"));
    ui.is_presenter = true;
    ui.panel = VIZ_PANEL_OWN;
    compose(pages, story, &ui, 1280);
    assert_sound(pages->scene);
    fixture_free(story);
}

static void a_fault_is_shown_with_file_and_line(void **state)
{
    const struct pages *pages = *state;
    struct viz_story *story = fixture_story(3);
    struct viz_ui ui = fixture_ui();
    g_autoptr(GString) dump = g_string_new(NULL);

    story->topology.node_count = 0;
    story->problem =
        g_strdup("some/scenario.lua:17: there is no 'tb.datacentre'; did you mean "
                 "tb.datacenter? This message is long enough to need two lines of it.");
    compose(pages, story, &ui, 1280);
    viz_scene_dump(pages->scene, dump);
    assert_non_null(strstr(dump->str, "some/scenario.lua:17: there is no"));
    assert_sound(pages->scene);
    fixture_free(story);
}

static void a_tiny_window_shows_title_and_time(void **state)
{
    const struct pages *pages = *state;
    struct viz_story *story = fixture_story(3);
    struct viz_ui ui = fixture_ui();

    viz_page_compose(pages->scene, (struct viz_rect){0, 0, 200, 100}, story, &ui);
    assert_sound(pages->scene);
    assert_true(has_text(pages->scene, "tiny/time"));
    for (int side = 1; side < 60; side++) {
        viz_page_compose(pages->scene, (struct viz_rect){0, 0, side, side}, story, &ui);
        assert_sound(pages->scene);
    }
    fixture_free(story);
}

static void a_story_without_a_single_row_has_a_page(void **state)
{
    const struct pages *pages = *state;
    struct viz_story *story = fixture_story(3);
    struct viz_ui ui = fixture_ui();

    g_array_set_size(story->rows, 0);
    story->frame.now = 0;
    story->frame.outage_count = 0;
    story->frame.incident_count = 0;
    compose(pages, story, &ui, 1280);
    assert_sound(pages->scene);
    memset(&story->topology, 0, sizeof(story->topology));
    compose(pages, story, &ui, 1280);
    assert_sound(pages->scene);
    fixture_free(story);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(no_text_lies_over_another_at_any_size),
        CASE(every_node_has_its_name_and_its_value),
        CASE(the_last_row_can_read_presenter_mode),
        CASE(what_lies_over_the_page_covers_no_word_in_part),
        CASE(help_fits_the_window_of_a_class),
        CASE(the_pointer_shows_the_figures_of_a_node),
        CASE(a_question_waits_until_it_is_answered),
        CASE(a_scenario_s_own_chart_has_its_place),
        CASE(a_fault_is_shown_with_file_and_line),
        CASE(a_tiny_window_shows_title_and_time),
        CASE(a_story_without_a_single_row_has_a_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
