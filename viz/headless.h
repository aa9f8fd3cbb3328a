/* viz/headless.h - the viewer without a display: for documents and tests. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_HEADLESS_H
#define VIZ_HEADLESS_H

#include "cli/view_options.h"
#include "viz/view.h"

/* Waits for the scenario, goes to --at, does what --script says, plays --frames sixtieths of a
 * second of virtual time at the speed that is set, and saves the picture. The same options give the
 * same picture, to the bit. Returns an enum cli_status, having said what went wrong. */
int viz_headless_run(
    const struct cli_view_options *options, viz_player *player, viz_view *view, viz_font *font);

#endif
