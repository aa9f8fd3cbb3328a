/* world/versions.h - which version every row of a database has, and since when.
 *
 * The database's own rows; and, read from beside the simulated system, what staleness is measured
 * against. Version 0 is what a row has before it is ever written. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_VERSIONS_H
#define WORLD_VERSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "models/message.h"
#include "sim/base.h"

struct world_version {
    uint64_t number;
    sim_time since; /* when it was committed */
};

struct world_versions {
    struct world_version *rows;
    uint64_t count;
};

/* Of a row beyond the last: version 0. */
static inline struct world_version world_version_of(
    const struct world_versions *versions, uint64_t row)
{
    return row < versions->count ? versions->rows[row] : (struct world_version){0};
}

/* How old the newest version is that a reader who got version `seen` did not see; 0 when it saw the
 * newest. */
static inline sim_time world_version_staleness(
    struct world_version newest, uint64_t seen, sim_time now)
{
    SIM_ASSERT(seen <= newest.number && newest.since <= now);
    return seen == newest.number ? 0 : now - newest.since;
}

/* ---- the rows of a write: its key, and the first `kind` attributes ---- */

/* The row of this number; 0 is the key. */
uint64_t world_versions_row(const struct model_message *write, uint32_t number);

/* Are they all rows that there are? */
bool world_versions_has_rows(
    const struct world_versions *versions, const struct model_message *write);

/* A new version of each, once however often it is named. Returns the key's. */
uint64_t world_versions_commit(
    struct world_versions *versions, const struct model_message *write, sim_time now);

#endif
