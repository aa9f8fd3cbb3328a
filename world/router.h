/* world/router.h - sends each message to one of several queues, by its key.
 *
 * To a producer it is a queue: it sends there, and is answered from there once the queue behind has
 * answered. The same key goes to the same target as long as the targets are the same ones. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_ROUTER_H
#define WORLD_ROUTER_H

#include "world/field.h"
#include "world/node.h"

#define WORLD_ROUTER_ENTRIES_MAX 64

enum world_router_by {
    WORLD_ROUTER_HASH,  /* spreads the keys evenly */
    WORLD_ROUTER_RANGE, /* the first target whose bound is above the key; else the last target */
    WORLD_ROUTER_TABLE, /* the target that stands beside the key; else the last target */
};

/* Of a range: keys below `key`; of a table: this key. */
struct world_router_entry {
    uint64_t key;
    uint32_t target;
};

struct world_router_config {
    enum world_router_by by;
    int field; /* what the key is: world/field.h */
    struct world_router_entry entries[WORLD_ROUTER_ENTRIES_MAX]; /* of a range: ascending */
    uint32_t entry_count;
    uint32_t window; /* messages under way unanswered that it remembers */
};

typedef struct world_router world_router;

/* Fails when the name is malformed or taken, or the entries are not in order. */
world_router *world_router_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_router_config *config,
    GError **error);

/* One more target: the first is number 0. Before the run. Fails when no link joins the two. */
SIM_MUST_USE bool world_router_connect(
    world_router *router, struct world_node *target, GError **error);

struct world_node *world_router_node(world_router *router);

/* Where a message of this key goes. O(1) by hash and table, O(log entries) by range. */
uint32_t world_router_target(const world_router *router, uint64_t key);

#endif
