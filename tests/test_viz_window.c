/* Tests of viz/window and viz/view: real SDL events, without a display, and what comes of them. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <SDL.h>

#include "cli/paths.h"
#include "viz/view.h"
#include "viz/window.h"

#include "tests/viz_fixture.h"

#define PATIENCE_US (60L * G_USEC_PER_SEC)

struct fixture {
    char *library;
    char *path;
    viz_font *font;
    viz_player *player;
    viz_view *view;
    viz_window *window;
};

static int set_up(void **state)
{
    struct fixture *fixture = g_new0(struct fixture, 1);
    const struct viz_window_plan plan = {.width = 1280, .height = 720};

    (void)g_setenv("SDL_VIDEODRIVER", "dummy", TRUE);
    fixture->font = fixture_font();
    fixture->library = cli_paths_library(NULL);
    fixture->path =
        g_build_filename(fixture->library, "..", "scenarios/billing/datacenter-failure.lua", NULL);
    const struct script_options options = {
        .path = fixture->path, .library = fixture->library, .memory_max = UINT64_C(1) << 30};
    fixture->player = viz_player_create(&options);
    fixture->view = viz_view_create(fixture->player, fixture->font);
    fixture->window = viz_window_create(fixture->player, fixture->view, &plan, NULL);
    assert_non_null(fixture->window);
    viz_player_start(fixture->player, 0, false);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    viz_window_destroy(fixture->window);
    viz_view_destroy(fixture->view);
    viz_player_destroy(fixture->player);
    viz_font_destroy(fixture->font);
    g_free(fixture->path);
    g_free(fixture->library);
    g_free(fixture);
    return 0;
}

static const struct viz_frame *frame_of(const struct fixture *fixture)
{
    return &viz_player_story(fixture->player)->frame;
}

/* Steps until the run stands still. */
static void settle(const struct fixture *fixture)
{
    const struct viz_story *story = viz_player_story(fixture->player);
    gint64 deadline = g_get_monotonic_time() + PATIENCE_US;

    for (uint32_t still = 0; still < 20;) {
        assert_true(viz_window_step(fixture->window));
        bool is_still = story->topology.node_count > 0 && story->goal < 0 &&
                        !viz_player_is_moving(fixture->player);
        still = is_still ? still + 1 : 0;
        g_usleep(2000);
        assert_true(g_get_monotonic_time() < deadline);
    }
}

static void press(SDL_Keycode key)
{
    SDL_Event event = {.key = {.type = SDL_KEYDOWN, .keysym = {.sym = key}}};

    assert_int_equal(SDL_PushEvent(&event), 1);
}

static void type(const char *text)
{
    SDL_Event event = {.text = {.type = SDL_TEXTINPUT}};

    (void)g_strlcpy(event.text.text, text, sizeof(event.text.text));
    assert_int_equal(SDL_PushEvent(&event), 1);
}

static void click(const struct fixture *fixture, const char *role)
{
    const viz_scene *scene = viz_view_compose(fixture->view, 1280, 720);

    for (guint i = 0; i < viz_scene_count(scene); i++) {
        const struct viz_item *item = viz_scene_at(scene, i);
        if (item->action != VIZ_ACTION_NONE && strcmp(item->role, role) == 0) {
            SDL_Event event = {
                .button = {
                    .type = SDL_MOUSEBUTTONDOWN,
                    .button = SDL_BUTTON_LEFT,
                    .x = item->rect.x + item->rect.width / 2,
                    .y = item->rect.y + item->rect.height / 2}};
            assert_int_equal(SDL_PushEvent(&event), 1);
            return;
        }
    }
    fail_msg("nothing to click is called %s", role);
}

static void space_plays_and_pauses(void **state)
{
    const struct fixture *fixture = *state;

    settle(fixture);
    press(SDLK_SPACE);
    for (int i = 0; i < 3000 && frame_of(fixture)->now < 50 * SIM_MILLISECOND; i++) {
        assert_true(viz_window_step(fixture->window));
        g_usleep(1000);
    }
    assert_int_equal(frame_of(fixture)->phase, VIZ_PHASE_PLAYING);
    press(SDLK_SPACE);
    settle(fixture);
    assert_int_equal(frame_of(fixture)->phase, VIZ_PHASE_PAUSED);
    assert_true(frame_of(fixture)->now >= 50 * SIM_MILLISECOND);
}

static void a_point_steps_one_event(void **state)
{
    const struct fixture *fixture = *state;

    settle(fixture);
    type(".");
    settle(fixture);
    assert_int_equal(frame_of(fixture)->event_count, 1);
    click(fixture, "button/step");
    settle(fixture);
    assert_int_equal(frame_of(fixture)->event_count, 2);
}

static void a_click_on_the_tape_goes_there(void **state)
{
    const struct fixture *fixture = *state;

    settle(fixture);
    click(fixture, "tape");
    settle(fixture);
    assert_in_range(frame_of(fixture)->now, 59 * SIM_SECOND, 61 * SIM_SECOND);
    press(SDLK_HOME);
    settle(fixture);
    assert_int_equal(frame_of(fixture)->now, 0);
    press(SDLK_RIGHT);
    settle(fixture);
    assert_int_equal(frame_of(fixture)->now, 2400 * SIM_MILLISECOND);
}

static void a_node_is_chosen_and_crashed_and_restarted(void **state)
{
    const struct fixture *fixture = *state;

    settle(fixture);
    press(SDLK_k);
    settle(fixture);
    assert_int_equal(frame_of(fixture)->incident_count, 0); /* none is chosen */
    press(SDLK_RIGHT);
    settle(fixture);
    click(fixture, "node/beijing/billing");
    settle(fixture);
    int64_t node = viz_view_ui(fixture->view)->selected;
    assert_in_range(node, 0, 5);
    press(SDLK_k);
    settle(fixture);
    assert_int_equal(frame_of(fixture)->nodes[node].is_up, 0);
    assert_string_equal(frame_of(fixture)->incidents[0].label, "beijing/billing crashes");
    press(SDLK_k);
    settle(fixture);
    assert_int_equal(frame_of(fixture)->nodes[node].is_up, 1);
    press(SDLK_d);
    settle(fixture);
    assert_string_equal(frame_of(fixture)->incidents[2].label, "beijing goes dark");
    press(SDLK_ESCAPE);
    settle(fixture);
    assert_int_equal(viz_view_ui(fixture->view)->selected, -1);
}

static void keys_change_what_is_shown(void **state)
{
    const struct fixture *fixture = *state;
    const struct viz_ui *ui = viz_view_ui(fixture->view);

    settle(fixture);
    type("?");
    press(SDLK_t);
    press(SDLK_p);
    press(SDLK_PAGEDOWN);
    settle(fixture);
    assert_true(ui->has_help && ui->is_presenter);
    assert_int_equal(ui->theme, VIZ_THEME_LIGHT);
    assert_int_equal(ui->panel, VIZ_PANEL_TOPOLOGY + 1);
    type("?");
    press(SDLK_b);
    settle(fixture);
    assert_true(!ui->has_help && ui->is_blank);
    press(SDLK_PAGEUP);
    press(SDLK_PAGEUP);
    settle(fixture);
    assert_int_equal(ui->panel, VIZ_PANEL_COUNT - 1);
}

static void brackets_change_the_speed_in_steps(void **state)
{
    const struct fixture *fixture = *state;
    const struct viz_story *story = viz_player_story(fixture->player);
    static const uint64_t faster[] = {2000, 5000, 10000, 20000};

    settle(fixture);
    for (size_t i = 0; i < G_N_ELEMENTS(faster); i++) {
        type("]");
        assert_true(viz_window_step(fixture->window));
        assert_int_equal(story->speed_permille, faster[i]);
    }
    for (int i = 0; i < 30; i++) {
        type("[");
    }
    assert_true(viz_window_step(fixture->window));
    assert_int_equal(story->speed_permille, 1);
    type("=");
    assert_true(viz_window_step(fixture->window));
    assert_int_equal(story->speed_permille, 1000);
    press(SDLK_m);
    assert_true(viz_window_step(fixture->window));
    assert_int_equal(story->speed_permille, 0);
}

static void a_storm_of_sizes_does_no_harm(void **state)
{
    const struct fixture *fixture = *state;
    static const int sizes[][2] = {{200, 100}, {1, 1}, {1920, 1080}, {640, 400}, {3000, 90}};

    settle(fixture);
    for (int i = 0; i < 200; i++) {
        SDL_Window *window = SDL_GetWindowFromID(1);
        assert_non_null(window);
        SDL_SetWindowSize(window, sizes[i % 5][0], sizes[i % 5][1]);
        if (i % 7 == 0) {
            SDL_MinimizeWindow(window);
        } else if (i % 7 == 3) {
            SDL_RestoreWindow(window);
        }
        SDL_Event event = {.motion = {.type = SDL_MOUSEMOTION, .x = i * 7, .y = i * 3}};
        assert_int_equal(SDL_PushEvent(&event), 1);
        assert_true(viz_window_step(fixture->window));
    }
    assert_true(viz_window_frame_count(fixture->window) > 100);
}

static void closing_the_window_or_q_ends_it(void **state)
{
    const struct fixture *fixture = *state;

    settle(fixture);
    press(SDLK_q);
    assert_false(viz_window_step(fixture->window));
}

static void no_display_is_said_with_a_way_out(void **state)
{
    const struct fixture *fixture = *state;
    const struct viz_window_plan plan = {.width = 1280, .height = 720};
    g_autoptr(GError) error = NULL;

    SDL_Quit();
    (void)g_setenv("SDL_VIDEODRIVER", "x11", TRUE);
    (void)g_setenv("DISPLAY", ":4711", TRUE);
    assert_null(viz_window_create(fixture->player, fixture->view, &plan, &error));
    assert_non_null(strstr(error->message, "--headless"));
    (void)g_setenv("SDL_VIDEODRIVER", "dummy", TRUE);
}

static uint32_t cut_count(const struct fixture *fixture)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < VIZ_EDGES_MAX; i++) {
        count += g_str_equal(frame_of(fixture)->edges[i].fault, "cut");
    }
    return count;
}

static void a_menu_breaks_links_and_nodes(void **state)
{
    const struct fixture *fixture = *state;
    const struct viz_fault_log *faults = viz_player_faults(fixture->player);

    settle(fixture);
    press(SDLK_x); /* nothing is chosen */
    settle(fixture);
    assert_false(viz_view_ui(fixture->view)->has_menu);
    press(SDLK_l);
    press(SDLK_x);
    settle(fixture);
    assert_true(viz_view_ui(fixture->view)->has_menu);
    press(SDLK_1);
    settle(fixture);
    assert_false(viz_view_ui(fixture->view)->has_menu);
    assert_int_equal(faults->count, 1);
    assert_int_equal(faults->entries[0].fault, viz_feed_fault(VIZ_FAULT_CUT, false));
    assert_int_equal(cut_count(fixture), 2); /* of the collector, and of its disk buffer */
    press(SDLK_x);
    press(SDLK_1);
    settle(fixture);
    assert_int_equal(faults->count, 2);
    assert_int_equal(cut_count(fixture), 0);
}

static void the_other_button_opens_the_menu_of_a_node(void **state)
{
    const struct fixture *fixture = *state;
    enum viz_wish wish;

    settle(fixture);
    const viz_scene *scene = viz_view_compose(fixture->view, 1280, 720);
    for (guint i = 0; i < viz_scene_count(scene); i++) {
        const struct viz_item *item = viz_scene_at(scene, i);
        if (g_str_equal(item->role, "node/beijing/billing")) {
            SDL_Event event = {
                .button = {
                    .type = SDL_MOUSEBUTTONDOWN,
                    .button = SDL_BUTTON_RIGHT,
                    .x = item->rect.x + 2,
                    .y = item->rect.y + 2}};
            assert_int_equal(SDL_PushEvent(&event), 1);
            break;
        }
    }
    settle(fixture);
    assert_true(viz_view_ui(fixture->view)->has_menu);
    (void)viz_view_compose(fixture->view, 1280, 720);
    assert_true(viz_view_click_role(fixture->view, "menu/2", &wish));
    settle(fixture);
    const struct viz_fault_log *faults = viz_player_faults(fixture->player);
    assert_int_equal(faults->count, 1);
    assert_int_equal(faults->entries[0].fault, viz_feed_fault(VIZ_FAULT_DARK, false));
}

static void settle_both(const struct fixture *fixture)
{
    gint64 deadline = g_get_monotonic_time() + PATIENCE_US;

    for (uint32_t still = 0; still < 20;) {
        assert_true(viz_window_step(fixture->window));
        still = viz_view_is_still(fixture->view) ? still + 1 : 0;
        g_usleep(2000);
        assert_true(g_get_monotonic_time() < deadline);
    }
}

static const char *difference_of(const struct fixture *fixture, uint32_t line)
{
    const viz_scene *scene = viz_view_compose(fixture->view, 1280, 720);

    for (guint i = 0; i < viz_scene_count(scene); i++) {
        const struct viz_item *item = viz_scene_at(scene, i);
        if (g_str_equal(item->role, "compare/difference") && line-- == 0) {
            return item->text;
        }
    }
    fail();
    return "";
}

/* But for the keys that write files, reload and end it. */
static void a_storm_of_keys_and_clicks_does_no_harm(void **state)
{
    static const SDL_Keycode keys[] = {
        SDLK_SPACE, SDLK_n,    SDLK_i, SDLK_HOME, SDLK_LEFT,     SDLK_RIGHT,     SDLK_m,
        SDLK_TAB,   SDLK_k,    SDLK_d, SDLK_l,    SDLK_x,        SDLK_o,         SDLK_e,
        SDLK_UP,    SDLK_DOWN, SDLK_v, SDLK_p,    SDLK_PAGEDOWN, SDLK_t,         SDLK_h,
        SDLK_b,     SDLK_1,    SDLK_2, SDLK_3,    SDLK_ESCAPE,   SDLK_BACKSPACE, SDLK_RETURN};
    const struct fixture *fixture = *state;
    uint64_t random = 7;

    settle(fixture);
    for (uint32_t i = 0; i < 150; i++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
        uint32_t draw = (uint32_t)(random >> 33);
        if (draw % 3 != 0) {
            press(keys[draw / 3 % G_N_ELEMENTS(keys)]);
        } else {
            SDL_Event event = {
                .button = {
                    .type = SDL_MOUSEBUTTONDOWN,
                    .button = draw % 2 != 0 ? SDL_BUTTON_LEFT : SDL_BUTTON_RIGHT,
                    .x = (Sint32)(draw / 7 % 1280),
                    .y = (Sint32)(draw / 11 % 640)}}; /* not on the buttons */
            assert_int_equal(SDL_PushEvent(&event), 1);
        }
        assert_true(viz_window_step(fixture->window));
        assert_null(viz_player_story(fixture->player)->problem);
    }
    assert_true(viz_window_frame_count(fixture->window) > 100);
}

/* The parameter that does nothing to a run that stores in memory is "sync". */
static void two_runs_that_differ_in_nothing_are_the_same(void **state)
{
    struct fixture *fixture = *state;

    viz_player_set(fixture->player, "store", "memory");
    viz_player_start(fixture->player, 5 * SIM_SECOND, false);
    settle(fixture);
    press(SDLK_e);
    press(SDLK_UP); /* the last one */
    press(SDLK_LEFT);
    press(SDLK_v);
    settle_both(fixture);
    press(SDLK_RIGHT);
    settle_both(fixture);
    const struct viz_story *other = viz_view_ui(fixture->view)->other;
    assert_non_null(other);
    assert_int_equal(other->frame.now, frame_of(fixture)->now);
    assert_int_equal(other->frame.digest, frame_of(fixture)->digest);
    for (uint32_t i = 1; i <= 8; i++) {
        assert_string_equal(difference_of(fixture, i), "same");
    }
}

static void the_other_run_differs_by_its_parameter_and_suffers_the_same(void **state)
{
    const struct fixture *fixture = *state;

    settle(fixture);
    press(SDLK_e);
    press(SDLK_RIGHT);
    press(SDLK_RIGHT);
    press(SDLK_v);
    settle_both(fixture);
    press(SDLK_TAB);
    press(SDLK_k);
    settle_both(fixture);
    press(SDLK_RIGHT);
    settle_both(fixture);
    const struct viz_story *other = viz_view_ui(fixture->view)->other;
    assert_true(other->frame.digest != frame_of(fixture)->digest);
    assert_int_equal(other->frame.faults.count, 1);
    assert_int_equal(other->frame.faults.entries[0].time, 1);
    press(SDLK_v);
    settle(fixture);
    assert_null(viz_view_ui(fixture->view)->other);
}

static void enter_runs_it_anew_with_the_changed_parameter(void **state)
{
    const struct fixture *fixture = *state;
    const struct viz_topology *topology = &viz_player_story(fixture->player)->topology;

    settle(fixture);
    press(SDLK_e);
    press(SDLK_RIGHT);
    press(SDLK_RETURN);
    settle(fixture);
    assert_string_equal(topology->params[0].name, "rate");
    assert_true(g_ascii_strtod(topology->params[0].value, NULL) > 800);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(space_plays_and_pauses),
        CASE(a_point_steps_one_event),
        CASE(a_click_on_the_tape_goes_there),
        CASE(a_node_is_chosen_and_crashed_and_restarted),
        CASE(keys_change_what_is_shown),
        CASE(brackets_change_the_speed_in_steps),
        CASE(a_storm_of_sizes_does_no_harm),
        CASE(closing_the_window_or_q_ends_it),
        CASE(no_display_is_said_with_a_way_out),
        CASE(a_storm_of_keys_and_clicks_does_no_harm),
        CASE(two_runs_that_differ_in_nothing_are_the_same),
        CASE(the_other_run_differs_by_its_parameter_and_suffers_the_same),
        CASE(enter_runs_it_anew_with_the_changed_parameter),
        CASE(a_menu_breaks_links_and_nodes),
        CASE(the_other_button_opens_the_menu_of_a_node),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
