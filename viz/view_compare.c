/* The other run is another player of the same scenario, with the changed parameters and the same
 * seed: what is random is drawn alike. It follows: it plays while this one plays, and goes to where
 * this one stands; what is done by hand to this one is done to it at the same moment. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "viz/view_state.h"

static const struct viz_topology *topology_of(const viz_view *view)
{
    return &viz_player_story(view->player)->topology;
}

/* "rate 1600, store memory"; to be g_free()d. */
static char *describe_changes(const viz_view *view)
{
    const struct viz_topology *topology = topology_of(view);
    GString *text = g_string_new(NULL);

    for (uint32_t i = 0; i < topology->param_count; i++) {
        if (view->ui.knobs.is_changed[i]) {
            g_string_append_printf(
                text,
                "%s%s %s",
                text->len > 0 ? ", " : "",
                topology->params[i].name,
                view->ui.knobs.values[i]);
        }
    }
    return g_string_free(text, FALSE);
}

static void set_changed(const viz_view *view, viz_player *player)
{
    const struct viz_topology *topology = topology_of(view);

    for (uint32_t i = 0; i < topology->param_count; i++) {
        if (view->ui.knobs.is_changed[i]) {
            viz_player_set(player, topology->params[i].name, view->ui.knobs.values[i]);
        }
    }
}

void viz_view_end_compare(viz_view *view)
{
    viz_player_destroy(view->other);
    g_clear_pointer(&view->other_label, g_free);
    view->other = NULL;
    view->ui.other = NULL;
    view->ui.other_label = NULL;
}

static void compare(viz_view *view)
{
    if (view->other != NULL) {
        viz_view_end_compare(view);
        return;
    }
    if (!viz_knobs_are_changed(&view->ui.knobs)) {
        viz_view_notify(view, "First change a parameter: E shows them");
        return;
    }
    view->other = viz_player_create_like(view->player);
    view->other_label = describe_changes(view);
    set_changed(view, view->other);
    viz_player_take_faults(view->other, view->player);
    viz_player_start(view->other, viz_player_story(view->player)->frame.now, false);
    view->ui.other = viz_player_story(view->other);
    view->ui.other_label = view->other_label;
    view->ui.knobs.is_open = false;
}

static void apply(viz_view *view)
{
    if (!view->ui.knobs.is_open) {
        return;
    }
    if (!viz_knobs_are_changed(&view->ui.knobs)) {
        viz_view_notify(view, "No parameter was changed");
        return;
    }
    g_autofree char *changes = describe_changes(view);
    viz_view_end_compare(view);
    set_changed(view, view->player);
    viz_player_reload(view->player);
    view->ui.knobs = (struct viz_knobs){0};
    viz_view_notify(view, "Anew, with %s", changes);
}

static void open_knobs(viz_view *view)
{
    if (topology_of(view)->param_count == 0) {
        viz_view_notify(view, "This scenario has no parameters: tb.param makes them");
        return;
    }
    view->ui.knobs.is_open = !view->ui.knobs.is_open;
}

bool viz_view_turns_knob(viz_view *view, enum viz_action action)
{
    struct viz_knobs *knobs = &view->ui.knobs;
    bool is_turned = action == VIZ_ACTION_BACK || action == VIZ_ACTION_FORTH;

    if (!knobs->is_open || !is_turned || topology_of(view)->param_count == 0) {
        return false;
    }
    if (!viz_knob_turn(knobs, topology_of(view), knobs->chosen, action == VIZ_ACTION_FORTH)) {
        viz_view_notify(view, "This one is a text: --set gives it another value");
    }
    return true;
}

void viz_view_adjust(viz_view *view, enum viz_action action)
{
    struct viz_knobs *knobs = &view->ui.knobs;
    uint32_t count = topology_of(view)->param_count;

    switch ((int)action) {
    case VIZ_ACTION_KNOBS:
        open_knobs(view);
        break;
    case VIZ_ACTION_KNOB_UP:
    case VIZ_ACTION_KNOB_DOWN:
        if (knobs->is_open && count > 0) {
            uint32_t by = action == VIZ_ACTION_KNOB_DOWN ? 1 : count - 1;
            knobs->chosen = (knobs->chosen + by) % count;
        }
        break;
    case VIZ_ACTION_KNOB_RESET:
        if (knobs->is_open) {
            *knobs = (struct viz_knobs){.is_open = true, .chosen = knobs->chosen};
        }
        break;
    case VIZ_ACTION_KNOB_APPLY:
        apply(view);
        break;
    case VIZ_ACTION_COMPARE:
        compare(view);
        break;
    default:
        SIM_ASSERT(action == VIZ_ACTION_KNOB);
    }
}

/* ---- the other run ---- */

static bool has_same_faults(const viz_view *view)
{
    const struct viz_fault_log *own = viz_player_faults(view->player);
    const struct viz_fault_log *other = viz_player_faults(view->other);

    SIM_ASSERT(own->count <= VIZ_FAULTS_MAX);
    return own->count == other->count &&
           memcmp(own->entries, other->entries, own->count * sizeof(own->entries[0])) == 0;
}

bool viz_view_follow(viz_view *view)
{
    if (view->other == NULL) {
        return false;
    }
    bool has_news = viz_player_poll(view->other);
    const struct viz_story *own = viz_player_story(view->player);
    const struct viz_story *other = viz_player_story(view->other);
    bool is_busy = other->goal >= 0 || other->problem != NULL || own->goal >= 0;

    if (is_busy) {
        return has_news;
    }
    if (own->speed_permille != other->speed_permille) {
        viz_player_set_speed(view->other, own->speed_permille);
    }
    if (!has_same_faults(view)) {
        viz_player_take_faults(view->other, view->player);
        viz_player_start(view->other, own->frame.now, own->frame.phase == VIZ_PHASE_PLAYING);
    } else if (own->frame.phase == VIZ_PHASE_PLAYING) {
        if (other->frame.phase == VIZ_PHASE_PAUSED) {
            viz_player_play(view->other);
        }
    } else if (viz_player_is_moving(view->other)) {
        viz_player_pause(view->other);
    } else if (own->frame.phase != VIZ_PHASE_SEEKING && other->frame.now != own->frame.now) {
        viz_player_seek(view->other, own->frame.now);
    }
    return has_news;
}
