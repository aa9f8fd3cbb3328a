/* world/fence.h - the front door of a resource: lets nobody in whose lease another has taken over.
 *
 * It remembers the highest fencing token that it has seen, in a journal, before it lets the first
 * request under it through; a request under a lower token is turned away and its sender told
 * (Kleppmann, "How to do distributed locking", 2016). With `is_fencing` off it only looks on, so
 * that what happens without can be seen; its check fails then. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_FENCE_H
#define WORLD_FENCE_H

#include "models/journal.h"
#include "world/node.h"

struct world_fence_config {
    bool is_fencing;
    struct model_journal_config journal;
    uint32_t window; /* requests under way unanswered that it remembers */
};

typedef struct world_fence world_fence;

world_fence *world_fence_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_fence_config *config,
    GError **error);

/* The resource. Once, before the run. Fails when no link joins the two. */
SIM_MUST_USE bool world_fence_connect(
    world_fence *fence, struct world_node *resource, GError **error);

struct world_node *world_fence_node(world_fence *fence);

/* The check that nobody acts on the resource after another has taken over: by the world's own note
 * of the highest token, which no crash takes. The same one each time. */
struct world_check *world_fence_check_single(world_fence *fence);

#endif
