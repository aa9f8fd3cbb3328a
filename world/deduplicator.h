/* world/deduplicator.h - lets each message pass once, and answers the others for it.
 *
 * Stands before a queue (it passes sends) or before a ledger (charges). A message is passed on when
 * it is new, and is done when the answer comes; while it is under way, whoever comes with it again
 * waits for that answer, and takes over when the lease ends without one. After that, and as long as
 * the window reaches (world/window.h), the deduplicator answers alone. The window is volatile.
 *
 * Duplicates that slip past the window are counted by the world's own note of what was done. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_DEDUPLICATOR_H
#define WORLD_DEDUPLICATOR_H

#include "world/node.h"
#include "world/window.h"

typedef struct world_deduplicator world_deduplicator;

world_deduplicator *world_deduplicator_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_window_config *config,
    GError **error);

/* Where messages go. Once, before the run. Fails when no link joins the two. */
SIM_MUST_USE bool world_deduplicator_connect(
    world_deduplicator *deduplicator, struct world_node *target, GError **error);

struct world_node *world_deduplicator_node(world_deduplicator *deduplicator);

#endif
