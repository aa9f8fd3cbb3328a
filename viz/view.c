/* One function for all actions; keys and clicks are two ways to name one. */
/* SPDX-License-Identifier: MIT */
#include "viz/view.h"

#include <string.h>

#include "viz/keys.h"
#include "viz/save.h"
#include "viz/view_state.h"

#define REAL_TIME 1000
#define SEEK_PART 50

viz_view *viz_view_create(viz_player *player, viz_font *font)
{
    viz_view *view = g_new0(viz_view, 1);

    view->player = player;
    view->scene = viz_scene_create(font);
    view->ui = (struct viz_ui){.selected = -1, .pointer_x = -1, .pointer_y = -1};
    return view;
}

void viz_view_destroy(viz_view *view)
{
    if (view != NULL) {
        viz_view_end_compare(view);
        viz_scene_destroy(view->scene);
        g_free(view->notice);
        g_free(view);
    }
}

struct viz_ui *viz_view_ui(viz_view *view)
{
    return &view->ui;
}

const viz_scene *viz_view_compose(viz_view *view, int width, int height)
{
    const struct viz_story *story = viz_player_story(view->player);

    SIM_ASSERT(width > 0 && height > 0);
    if (view->ui.selected >= story->topology.node_count) {
        view->ui.selected = -1;
    }
    view->ui.notice = view->notice;
    viz_page_compose(view->scene, (struct viz_rect){0, 0, width, height}, story, &view->ui);
    return view->scene;
}

bool viz_view_poll(viz_view *view)
{
    bool has_news = viz_player_poll(view->player);

    return viz_view_follow(view) || has_news;
}

static bool is_still(const viz_player *player)
{
    const struct viz_story *story = viz_player_story(player);

    return story->problem != NULL ||
           (story->topology.node_count > 0 && story->goal < 0 && !viz_player_is_moving(player));
}

bool viz_view_is_still(const viz_view *view)
{
    const struct viz_story *own = viz_player_story(view->player);

    if (view->other == NULL || !is_still(view->player)) {
        return is_still(view->player);
    }
    const struct viz_story *other = viz_player_story(view->other);
    return is_still(view->other) && (other->problem != NULL || other->frame.now == own->frame.now);
}

void viz_view_notify(viz_view *view, const char *format, ...)
{
    va_list arguments;

    g_free(view->notice);
    va_start(arguments, format);
    view->notice = g_strdup_vprintf(format, arguments);
    va_end(arguments);
}

/* ---- time ---- */

/* Thousandths; 1000 x, and then as fast as it can. */
static const uint64_t speeds[] = {
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    1000,
    2000,
    5000,
    10000,
    20000,
    50000,
    100000,
    200000,
    500000,
    1000000};

/* The next one up, or down; 0, as fast as it can, is the fastest. */
static uint64_t next_speed(uint64_t speed, bool is_up)
{
    size_t count = G_N_ELEMENTS(speeds);
    size_t below = 0; /* how many are slower */

    while (below < count && (speed == 0 || speeds[below] < speed)) {
        below++;
    }
    if (!is_up) {
        return speeds[below > 0 ? below - 1 : 0];
    }
    bool is_one = below < count && speeds[below] == speed;
    size_t next = is_one ? below + 1 : below;
    return next < count ? speeds[next] : 0;
}

static void seek_by(viz_view *view, int direction)
{
    const struct viz_story *story = viz_player_story(view->player);
    sim_time from = story->goal >= 0 ? story->goal : story->frame.now;
    sim_time part = MAX(story->topology.duration / SEEK_PART, 1);

    viz_player_seek(view->player, from + direction * part);
}

static void play_or_pause(viz_view *view)
{
    if (viz_view_question(view) >= 0) {
        viz_view_notify(view, "First answer, with a number, or skip with Esc");
        return;
    }
    if (viz_player_is_moving(view->player)) {
        viz_player_pause(view->player);
    } else {
        viz_player_play(view->player);
    }
}

static void move_time(viz_view *view, enum viz_action action)
{
    const struct viz_story *story = viz_player_story(view->player);

    switch ((int)action) {
    case VIZ_ACTION_PLAY_OR_PAUSE:
        play_or_pause(view);
        break;
    case VIZ_ACTION_STEP:
        viz_player_step(view->player, VIZ_COMMAND_STEP_EVENT, 1);
        break;
    case VIZ_ACTION_STEP_EFFECT:
        viz_player_step(view->player, VIZ_COMMAND_STEP_EFFECT, 1);
        break;
    case VIZ_ACTION_STEP_INCIDENT:
        viz_player_step(view->player, VIZ_COMMAND_STEP_INCIDENT, 1);
        break;
    case VIZ_ACTION_RESTART:
        viz_player_seek(view->player, 0);
        break;
    case VIZ_ACTION_BACK:
    case VIZ_ACTION_FORTH:
        seek_by(view, action == VIZ_ACTION_BACK ? -1 : 1);
        break;
    case VIZ_ACTION_SLOWER:
    case VIZ_ACTION_FASTER:
        viz_player_set_speed(
            view->player, next_speed(story->speed_permille, action == VIZ_ACTION_FASTER));
        break;
    case VIZ_ACTION_REAL_TIME:
        viz_player_set_speed(view->player, REAL_TIME);
        break;
    case VIZ_ACTION_FULL_SPEED:
        viz_player_set_speed(view->player, 0);
        break;
    default:
        SIM_ASSERT(action <= VIZ_ACTION_SEEK_TO_CHECK);
    }
}

/* ---- the page ---- */

static void turn_page(viz_view *view, int by)
{
    int panel = ((int)view->ui.panel + by + VIZ_PANEL_COUNT) % VIZ_PANEL_COUNT;

    view->ui.is_presenter = true;
    view->ui.panel = (enum viz_panel)panel;
}

static void save(viz_view *view)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = viz_view_save(view, &error);

    if (path != NULL) {
        g_autofree char *settings = viz_player_settings(view->player);
        viz_view_notify(
            view, settings[0] != '\0' ? "Saved %s: run it with%s" : "Saved %s%s", path, settings);
    } else {
        viz_view_notify(view, "Not saved: %s", error->message);
    }
}

static void reload(viz_view *view)
{
    viz_view_end_compare(view);
    viz_player_reload(view->player);
    viz_view_notify(view, "Loaded again");
}

static void change_page(viz_view *view, enum viz_action action)
{
    struct viz_ui *ui = &view->ui;

    switch ((int)action) {
    case VIZ_ACTION_THEME:
        ui->theme = ui->theme == VIZ_THEME_DARK ? VIZ_THEME_LIGHT : VIZ_THEME_DARK;
        break;
    case VIZ_ACTION_PRESENTER:
        ui->is_presenter = !ui->is_presenter;
        break;
    case VIZ_ACTION_PANEL_NEXT:
    case VIZ_ACTION_PANEL_PREVIOUS:
        turn_page(view, action == VIZ_ACTION_PANEL_NEXT ? 1 : -1);
        break;
    case VIZ_ACTION_BLANK:
        ui->is_blank = !ui->is_blank;
        break;
    case VIZ_ACTION_HELP:
        ui->has_help = !ui->has_help;
        break;
    case VIZ_ACTION_SAVE:
        save(view);
        break;
    case VIZ_ACTION_RELOAD:
        reload(view);
        break;
    default:
        SIM_ASSERT(action < VIZ_ACTION_COUNT);
    }
}

/* ---- numbers ---- */

static void answer(viz_view *view, uint32_t question, uint32_t choice)
{
    const struct viz_question *asked =
        &viz_player_story(view->player)->topology.questions[question];

    if (choice >= asked->choice_count) {
        viz_view_notify(view, "There are %u choices", asked->choice_count);
        return;
    }
    view->ui.answers[question] = choice + 1;
    viz_view_notify(view, "You say: %s", asked->choices[choice]);
    if (viz_player_story(view->player)->frame.phase == VIZ_PHASE_PAUSED) {
        viz_player_play(view->player);
    }
}

static void press_number(viz_view *view, uint32_t number)
{
    const struct viz_topology *topology = &viz_player_story(view->player)->topology;
    int question = viz_view_question(view);

    if (view->ui.has_menu) {
        viz_view_choose_fault(view, number);
    } else if (question >= 0) {
        answer(view, (uint32_t)question, number);
    } else if (number < topology->bookmark_count) {
        viz_view_notify(view, "%s", topology->bookmarks[number].label);
        viz_player_seek(view->player, topology->bookmarks[number].time);
    } else {
        viz_view_notify(view, "The scenario has no bookmark %u", number + 1);
    }
}

static enum viz_wish act(viz_view *view, enum viz_action action)
{
    if (action != VIZ_ACTION_NONE) {
        g_clear_pointer(&view->notice, g_free);
    }
    switch ((int)action) {
    case VIZ_ACTION_QUIT:
        return VIZ_WISH_QUIT;
    case VIZ_ACTION_PICTURE:
        return VIZ_WISH_PICTURE;
    case VIZ_ACTION_FULL_SCREEN:
        return VIZ_WISH_FULL_SCREEN;
    default:
        break;
    }
    if (viz_view_turns_knob(view, action)) {
        return VIZ_WISH_NONE;
    }
    if (action >= VIZ_ACTION_CHOOSE_1 && action <= VIZ_ACTION_CHOOSE_9) {
        press_number(view, (uint32_t)(action - VIZ_ACTION_CHOOSE_1));
    } else if (action <= VIZ_ACTION_SEEK_TO_CHECK) {
        move_time(view, action);
    } else if (action <= VIZ_ACTION_CRASH_PLACE) {
        viz_view_touch(view, action);
    } else if (action <= VIZ_ACTION_COMPARE) {
        viz_view_adjust(view, action);
    } else {
        change_page(view, action);
    }
    return VIZ_WISH_NONE;
}

enum viz_wish viz_view_key(viz_view *view, const char *key)
{
    return act(view, viz_keys_action(key));
}

enum viz_wish viz_view_click(viz_view *view, int x, int y)
{
    const struct viz_story *story = viz_player_story(view->player);
    const struct viz_item *item = viz_scene_hit(view->scene, x, y);

    if (item == NULL) {
        return VIZ_WISH_NONE;
    }
    switch ((int)item->action) {
    case VIZ_ACTION_SEEK:
        viz_player_seek(view->player, viz_page_moment_at(story, item, x));
        return VIZ_WISH_NONE;
    case VIZ_ACTION_SEEK_TO_CHECK:
        viz_player_seek(view->player, story->frame.checks[item->target].first_failure);
        return VIZ_WISH_NONE;
    case VIZ_ACTION_SELECT:
        viz_view_select(view, item->target);
        return VIZ_WISH_NONE;
    case VIZ_ACTION_SELECT_LINK:
        viz_view_select_edge(view, (uint32_t)item->target);
        return VIZ_WISH_NONE;
    case VIZ_ACTION_FOLLOW_DOT:
        viz_view_follow_dot(view, item, x, y);
        return VIZ_WISH_NONE;
    case VIZ_ACTION_KNOB:
        view->ui.knobs.chosen = (uint32_t)item->target;
        viz_knob_put(
            &view->ui.knobs,
            &story->topology,
            (uint32_t)item->target,
            (x - item->rect.x) / (double)MAX(item->rect.width, 1));
        return VIZ_WISH_NONE;
    case VIZ_ACTION_MENU_ITEM:
        viz_view_choose_fault(view, (uint32_t)item->target);
        return VIZ_WISH_NONE;
    default:
        return act(view, item->action);
    }
}

void viz_view_click_other(viz_view *view, int x, int y)
{
    const struct viz_item *item = viz_scene_hit(view->scene, x, y);
    bool is_touched = item != NULL &&
                      (item->action == VIZ_ACTION_SELECT || item->action == VIZ_ACTION_SELECT_LINK);

    if (is_touched) {
        (void)viz_view_click(view, x, y);
        (void)act(view, VIZ_ACTION_MENU);
    }
}

void viz_view_point(viz_view *view, int x, int y)
{
    view->ui.pointer_x = x;
    view->ui.pointer_y = y;
}

bool viz_view_click_role(viz_view *view, const char *role, enum viz_wish *out_wish)
{
    for (guint i = 0; i < viz_scene_count(view->scene); i++) {
        const struct viz_item *item = viz_scene_at(view->scene, i);
        if (item->action != VIZ_ACTION_NONE && strcmp(item->role, role) == 0) {
            struct viz_rect rect = item->rect;
            *out_wish = viz_view_click(view, rect.x + rect.width / 2, rect.y + rect.height / 2);
            return true;
        }
    }
    return false;
}

char *viz_view_save(const viz_view *view, GError **error)
{
    const struct viz_story *story = viz_player_story(view->player);

    return viz_save(story->path, viz_player_faults(view->player), &story->topology, error);
}
