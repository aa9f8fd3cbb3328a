/* viz/view_state.h - the inside of a view: what the files of viz/view.h share, and nobody else
 * reads. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_VIEW_STATE_H
#define VIZ_VIEW_STATE_H

#include "viz/view.h"

struct viz_view {
    viz_player *player;
    viz_scene *scene;
    struct viz_ui ui;
    char *notice;
};

/* The question that waits for an answer; -1: none does. */
static inline int viz_view_question(const viz_view *view)
{
    return viz_page_question(viz_player_story(view->player), &view->ui);
}

/* ---- view_touch.c: nodes, links and what can be done to them ---- */

/* -1: none. */
void viz_view_select(viz_view *view, int64_t node);
void viz_view_select_edge(viz_view *view, uint32_t edge);

/* An action from VIZ_ACTION_SELECT_NEXT to VIZ_ACTION_CRASH_PLACE. */
void viz_view_touch(viz_view *view, enum viz_action action);

/* Does what the menu has at this place, from 0, and closes it. */
void viz_view_choose_fault(viz_view *view, uint32_t index);

#endif
