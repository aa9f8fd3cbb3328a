/* What is chosen is a node or a link, never both. */
/* SPDX-License-Identifier: MIT */
#include "viz/menu.h"
#include "viz/view_state.h"

void viz_view_select(viz_view *view, int64_t node)
{
    view->ui.selected = node;
    view->ui.edge_plus_one = 0;
    view->ui.has_menu = false;
    viz_player_inspect(view->player, node);
}

void viz_view_select_edge(viz_view *view, uint32_t edge)
{
    const struct viz_topology *topology = &viz_player_story(view->player)->topology;

    SIM_ASSERT(edge < topology->edge_count);
    viz_view_select(view, -1);
    view->ui.edge_plus_one = edge + 1;
    uint32_t from = topology->nodes[topology->edges[edge].from].place;
    uint32_t to = topology->nodes[topology->edges[edge].to].place;
    if (from == to) {
        viz_view_notify(view, "Inside %s: no link to be cut", topology->places[from]);
    } else {
        viz_view_notify(
            view,
            "The link of %s and %s: X shows its faults",
            topology->places[from],
            topology->places[to]);
    }
}

/* The next edge whose link is another one: each pair of data centres once. */
static void select_next_link(viz_view *view)
{
    const struct viz_topology *topology = &viz_player_story(view->player)->topology;
    uint32_t count = topology->edge_count;
    uint32_t first = view->ui.edge_plus_one;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t edge = (first + i) % count;
        uint32_t from = topology->nodes[topology->edges[edge].from].place;
        uint32_t to = topology->nodes[topology->edges[edge].to].place;
        if (from != to) {
            viz_view_select_edge(view, edge);
            return;
        }
    }
    viz_view_notify(view, "No link joins two data centres here");
}

static void do_fault(viz_view *view, const struct viz_menu_item *item)
{
    viz_player_inject(view->player, item->kind, item->target, item->is_over);
}

void viz_view_choose_fault(viz_view *view, uint32_t index)
{
    struct viz_menu_item items[VIZ_MENU_MAX];
    uint32_t count = viz_menu_list(viz_player_story(view->player), &view->ui, items);

    if (index < count) {
        do_fault(view, &items[index]);
        view->ui.has_menu = false;
    } else {
        viz_view_notify(view, "There are %u to choose from", count);
    }
}

/* What is up goes down, and back. */
static void toggle(viz_view *view, enum viz_fault_kind kind)
{
    struct viz_menu_item items[VIZ_MENU_MAX];
    uint32_t count = viz_menu_list(viz_player_story(view->player), &view->ui, items);

    for (uint32_t i = 0; i < count; i++) {
        if (items[i].kind == kind) {
            do_fault(view, &items[i]);
            return;
        }
    }
    viz_view_notify(view, "Choose a node first: Tab, or click it");
}

static void open_menu(viz_view *view)
{
    struct viz_menu_item items[VIZ_MENU_MAX];

    if (viz_menu_list(viz_player_story(view->player), &view->ui, items) > 0) {
        view->ui.has_menu = !view->ui.has_menu;
    } else {
        viz_view_notify(view, "Choose a node or a link first: Tab, L, or a click");
    }
}

/* What lies on top. */
static void close(viz_view *view)
{
    int question = viz_view_question(view);

    if (view->ui.has_help) {
        view->ui.has_help = false;
    } else if (view->ui.has_menu) {
        view->ui.has_menu = false;
    } else if (question >= 0) {
        view->ui.answers[question] = VIZ_SKIPPED;
    } else {
        viz_view_select(view, -1);
    }
}

void viz_view_touch(viz_view *view, enum viz_action action)
{
    int64_t count = viz_player_story(view->player)->topology.node_count;

    switch ((int)action) {
    case VIZ_ACTION_SELECT_NEXT:
        viz_view_select(view, count == 0 ? -1 : (view->ui.selected + 1) % count);
        break;
    case VIZ_ACTION_LINK_NEXT:
        select_next_link(view);
        break;
    case VIZ_ACTION_SELECT_NONE:
        close(view);
        break;
    case VIZ_ACTION_MENU:
        open_menu(view);
        break;
    case VIZ_ACTION_CRASH:
        toggle(view, VIZ_FAULT_CRASH);
        break;
    case VIZ_ACTION_CRASH_PLACE:
        toggle(view, VIZ_FAULT_DARK);
        break;
    default:
        SIM_ASSERT(count <= VIZ_NODES_MAX);
    }
}
