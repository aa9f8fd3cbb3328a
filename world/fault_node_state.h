/* world/fault_node_state.h - what faults have done to a node, and what their makers share. For
 * fault_node.c and fault_clock.c only. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_FAULT_NODE_STATE_H
#define WORLD_FAULT_NODE_STATE_H

#include "world/fault.h"
#include "world/node.h"

struct world_fault_node {
    GPtrArray *pauses;
    GPtrArray *slow;
    GPtrArray *skews;
    sim_time drifts_since; /* when the drift changed last */
    sim_time gained;       /* by drift before that */
    GArray *postponed;     /* of struct postponed */
    uint32_t resumed;      /* of these, how many have fired in the resumption under way */
};

/* The node's, made at the first call. */
struct world_fault_node *world_fault_node_state(struct world_node *node);

/* Each fault of the list has hit something. */
void world_fault_node_count_hit(const GPtrArray *list);

/* Sets *error and returns false when the kind of node does not feel what `does` ("be paused"). */
SIM_MUST_USE bool world_fault_node_feels(
    const struct world_node *node, enum world_node_feels kind, const char *does, GError **error);

#endif
