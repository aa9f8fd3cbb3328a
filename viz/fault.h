/* viz/fault.h - what can be done to a running world by hand, and how that is written as Lua. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_FAULT_H
#define VIZ_FAULT_H

#include <glib.h>

#include "viz/feed.h"
#include "world/world.h"

/* Returns false, and changes nothing, when there is no such fault or target, or the log is full. */
SIM_MUST_USE bool viz_fault_add(
    struct viz_fault_log *log,
    const struct viz_fault_entry *entry,
    const struct viz_topology *topology);

/* Has the entry done at its time, which has not passed. `entry` outlives the world. */
void viz_fault_plan(
    struct world *world, struct viz_fault_entry *entry, const struct viz_topology *topology);

/* "beijing goes dark", "beijing/queue crashes". To be g_free()d. */
char *viz_fault_describe(const struct viz_fault_entry *entry, const struct viz_topology *topology);

/* The same as a line of a scenario, without its end: tb.at("12500ns", ...). To be g_free()d. NULL
 * when a scenario has no way to say it: it can name a data centre, but not a node that one of its
 * systems made. */
char *viz_fault_lua(const struct viz_fault_entry *entry, const struct viz_topology *topology);

#endif
