/* viz/scout.h - which node of a scenario sends to which: found out before its run. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_SCOUT_H
#define VIZ_SCOUT_H

#include "lua/runtime.h"
#include "viz/feed.h"

/* Loads the scenario, and runs it as far as its first messages get in some thousands of events.
 * What it prints is printed; it never pauses. Returns the topology, to be g_free()d; NULL, and
 * *error set, when the scenario is wrong. Some tens of milliseconds. */
struct viz_topology *viz_scout(const struct script_options *options, GError **error);

#endif
