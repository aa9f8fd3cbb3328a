/* viz/fault.h - what can be done to a running world by hand, and how that is written as Lua.
 *
 * What was done is a log of entries, each a fault that begins, or is over, at one nanosecond. The
 * log is all that is needed to do it again. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_FAULT_H
#define VIZ_FAULT_H

#include <glib.h>

#include "viz/feed.h"
#include "world/fault.h"
#include "world/world.h"

/* What a fault strikes. */
enum viz_fault_target {
    VIZ_TARGET_NODE,
    VIZ_TARGET_PLACE,
    VIZ_TARGET_LINK,
};

struct viz_fault_words {
    enum viz_fault_target target;
    const char *begin; /* what to choose: "pause" */
    const char *end;   /* "go on" */
    const char *done;  /* what is told: "is paused" */
    const char *over;  /* "goes on" */
};

const struct viz_fault_words *viz_fault_words_of(enum viz_fault_kind kind);

/* Whether the world has such a target that feels such a fault. */
bool viz_fault_is_possible(
    const struct viz_topology *topology, enum viz_fault_kind kind, uint32_t target);

/* Whether it has begun, by hand, and is not over. */
bool viz_fault_is_on(const struct viz_fault_log *log, enum viz_fault_kind kind, uint32_t target);

/* Returns false, and changes nothing, when it is not possible, or the log is full. */
SIM_MUST_USE bool viz_fault_add(
    struct viz_fault_log *log,
    const struct viz_fault_entry *entry,
    const struct viz_topology *topology);

/* "beijing goes dark", "beijing/queue crashes". To be g_free()d. */
char *viz_fault_describe(const struct viz_fault_entry *entry, const struct viz_topology *topology);

/* The same as a line of a scenario, without its end: tb.at("12500ns", ...), where `made` is a table
 * of what such lines have made. To be g_free()d. */
char *viz_fault_lua(const struct viz_fault_entry *entry, const struct viz_topology *topology);

/* ---- in the worker ---- */

struct viz_hand_made {
    uint32_t kind;
    uint32_t target;
    struct world_fault *fault; /* the world's */
};

/* Does what is in a log. */
struct viz_hand {
    struct world *world;
    const struct viz_topology *topology;
    struct viz_hand_made made[VIZ_FAULTS_MAX];
    uint32_t made_count;
};

/* Has the entry done at its time, which has not passed. `hand` and `entry` outlive the world. */
void viz_fault_plan(struct viz_hand *hand, const struct viz_fault_entry *entry);

#endif
