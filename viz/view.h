/* viz/view.h - what keys, clicks and the pointer do: the window's state, without a window.
 *
 * A view has a player and what a person has chosen to see. It is told of actions, by their keys or
 * by what was clicked in the scene that it composed last, and answers with what only the window's
 * owner can do. So everything but the window itself can be driven, and tested, by names. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_VIEW_H
#define VIZ_VIEW_H

#include <stdbool.h>

#include "viz/page.h"
#include "viz/player.h"
#include "viz/scene.h"

/* What is left to the owner of the window. */
enum viz_wish {
    VIZ_WISH_NONE,
    VIZ_WISH_QUIT,
    VIZ_WISH_PICTURE,     /* save it */
    VIZ_WISH_FULL_SCREEN, /* or not any more */
};

typedef struct viz_view viz_view;

/* Both are borrowed. */
viz_view *viz_view_create(viz_player *player, viz_font *font);
void viz_view_destroy(viz_view *view);

struct viz_ui *viz_view_ui(viz_view *view);

/* What the window shows now. Good until the next call. */
const viz_scene *viz_view_compose(viz_view *view, int width, int height);

/* `key` is a name of viz/keys.h; one that is none is ignored. */
enum viz_wish viz_view_key(viz_view *view, const char *key);

/* A click on what the last scene showed there. */
enum viz_wish viz_view_click(viz_view *view, int x, int y);

/* With the other button: the faults of the node or link there. */
void viz_view_click_other(viz_view *view, int x, int y);

void viz_view_point(viz_view *view, int x, int y);

/* The same by name: clicks the middle of the first item of that role with an action. Returns false
 * when there is none. */
SIM_MUST_USE bool viz_view_click_role(viz_view *view, const char *role, enum viz_wish *out_wish);

/* Shows a line, until the next action. */
void viz_view_notify(viz_view *view, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Writes the scenario with what was done by hand at its end, to a new file beside it. Returns the
 * new file's name, to be g_free()d; NULL, and *error set, when nothing was done or written. */
char *viz_view_save(const viz_view *view, GError **error);

#endif
