/* world/database.h - rows with versions, behind a limited number of connections.
 *
 * A GET reads the newest committed version of the row that is its key, and takes no lock; a READ
 * those of a whole batch (world/batch.h), as one request. A PUT
 * writes the row that is its key and those in its first `kind` attributes, in this order: it locks
 * each, works on it, keeps all locks for the time `hold` once it has them, and then commits every
 * row at once. Whoever closes a circle of waiting is found at once (world/locks.h), and the
 * youngest in it is aborted and told so.
 *
 * All requests that are not waiting share the cores (world/processor.h): so service slows as load
 * grows, connections stay busy for longer, and requests wait for a connection. What has committed
 * survives a crash (writing it is part of its work); all else is volatile. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_DATABASE_H
#define WORLD_DATABASE_H

#include "sim/dist.h"
#include "world/check.h"
#include "world/node.h"
#include "world/source.h"
#include "world/versions.h"

struct world_database_config {
    uint64_t rows; /* 0 to rows - 1: 16 bytes each */
    uint32_t connections;
    uint32_t waiting_max; /* requests that may wait for a connection: beyond, refused */
    uint32_t cores;
    struct sim_dist request; /* seconds of one core for each request, besides its rows */
    struct sim_dist work;    /* seconds of one core for each row read or written */
    struct sim_dist hold;    /* seconds that a PUT keeps its locks besides */
    bool is_newest_first; /* who came last gets the next connection; for one too many the oldest is
                             refused */
    sim_time patience;    /* who has waited longer when its turn comes is refused; 0: nobody */
};

typedef struct world_database world_database;

world_database *world_database_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_database_config *config,
    GError **error);

struct world_node *world_database_node(world_database *database);

/* What has changed: for each row of a commit, its key and its new version. Producers whose source
 * follows it bear a message each: change data capture. Good for the database's life. */
struct world_feed *world_database_changes(world_database *database);

/* The check that nobody asks it while all connections are busy and `waiting_max` wait for one. */
struct world_check *world_database_check_limit(world_database *database);

/* The rows as committed; good for the database's life. */
const struct world_versions *world_database_versions(const world_database *database);

#endif
