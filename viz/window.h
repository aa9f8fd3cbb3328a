/* viz/window.h - the window: SDL's events in, pixels out.
 *
 * The only file that knows SDL. The pixels are the canvas's, copied to the window's surface: no
 * graphics processor is asked for anything. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_WINDOW_H
#define VIZ_WINDOW_H

#include <stdbool.h>

#include <glib.h>

#include "sim/base.h"
#include "viz/player.h"
#include "viz/view.h"

struct viz_window_plan {
    int width;
    int height;
    bool is_full_screen;
};

typedef struct viz_window viz_window;

/* NULL, and *error set, when there is no display. The player and the view are borrowed. */
viz_window *viz_window_create(
    viz_player *player, viz_view *view, const struct viz_window_plan *plan, GError **error);
void viz_window_destroy(viz_window *window);

/* Takes the events that are there, looks for news, draws if anything has changed, and shows it.
 * Returns false when the window is to close, or its display is gone. */
SIM_MUST_USE bool viz_window_step(viz_window *window);

/* Steps sixty times a second until it returns false. */
void viz_window_run(viz_window *window);

/* Nanoseconds of CPU time that the last drawn frame took, and how many were drawn. */
sim_time viz_window_frame_time(const viz_window *window);
uint64_t viz_window_frame_count(const viz_window *window);

#endif
