/* cli/view.h - `tailback view`: a scenario in a window.
 *
 * The viewer is a program of its own, tailback-view, so that this one needs no window library. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_VIEW_H
#define CLI_VIEW_H

/* Becomes the viewer. Returns only when there is nothing to show, or nothing to show it with: an
 * enum cli_status. */
int cli_view_main(int argc, char **argv);

#endif
