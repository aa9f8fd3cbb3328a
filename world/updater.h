/* world/updater.h - keeps caches up to date: told of changes, it reads the rows and hands them on.
 *
 * Behind a consumer it stands where a ledger would: each message's key has changed, and the message
 * is charged once every cache has a version that was read after the message came. Keys are read in
 * batches, each key at most once in an interval (world/refreshes.h): what changes meanwhile is in
 * the next reading. A reading that fails is repeated, as is one of which a cache has not heard; but
 * after `tries` of these the cache is passed over: if it was dead it comes back empty, and else
 * there is the time to live of its entries. In a crash what waits is lost here, and comes again
 * when its lease ends, if the queue has leases.
 *
 * One that pushes does not read: the messages carry the new version as their value, as those of a
 * producer that follows a database do. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_UPDATER_H
#define WORLD_UPDATER_H

#include "world/check.h"
#include "world/node.h"

#define WORLD_UPDATER_READINGS_MAX 64

struct world_updater_config {
    sim_time interval;     /* between two readings of a key; 0: every change is read by itself */
    uint32_t batch;        /* keys in a reading: 1 to WORLD_BATCH_MAX */
    uint32_t readings_max; /* under way at a time: 1 to WORLD_UPDATER_READINGS_MAX */
    sim_time linger;       /* how long a key may wait for others to be read with */
    sim_time timeout;      /* of a reading, and of a cache's answer; > 0 */
    uint32_t tries;        /* of reaching a cache; > 0 */
    uint32_t waiting_max;  /* changes that may wait: beyond, they are left to their leases */
    bool is_pushing;
};

typedef struct world_updater world_updater;

world_updater *world_updater_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_updater_config *config,
    GError **error);

/* A cache that it keeps up to date: one of several. Or else what it reads from, once. Before the
 * run. Fails when no link joins the two. */
SIM_MUST_USE bool world_updater_connect(
    world_updater *updater, struct world_node *node, GError **error);

/* The check that each change is followed by a refresh that contains it: when it is charged, the
 * version read is no older than the message's; and at the end none has waited for longer than
 * `within`. Of messages with a version as their value. One of its own, unless `with` is that of
 * another updater, which then is about both. */
struct world_check *world_updater_check_contained(
    world_updater *updater, sim_time within, struct world_check *with);

struct world_node *world_updater_node(world_updater *updater);

#endif
