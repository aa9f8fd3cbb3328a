/* world/refreshes.h - which keys changed and are to be read again, and how often they may be.
 *
 * A change makes its key ready; whoever reads it takes it, and ends it when the new version is in
 * place. Between two beginnings of a key lies the interval at least: changes that come meanwhile
 * wait together for the next one, which is never forgotten: a change belongs to no refresh that
 * began before it came. Without an interval every change is a refresh of its own.
 *
 * A pure state; each operation costs O(1), and O(log keys) where a key waits for its interval. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_REFRESHES_H
#define WORLD_REFRESHES_H

#include <stdbool.h>
#include <stdint.h>

#include "models/deadlines.h"
#include "models/index.h"
#include "models/pool.h"
#include "sim/base.h"
#include "world/recency.h"

#define WORLD_REFRESHES_NONE UINT32_MAX

enum world_refresh_state {
    WORLD_REFRESH_RESTING,   /* until its interval is over */
    WORLD_REFRESH_READY,     /* in line */
    WORLD_REFRESH_UNDER_WAY, /* begun, not ended */
    WORLD_REFRESH_FREE,
};

struct world_refresh {
    uint64_t key;      /* of a free one: the pool's */
    sim_time allowed;  /* it may not begin before */
    sim_time since;    /* of READY: since then */
    uint32_t waiting;  /* the newest change that the next one is for */
    uint32_t included; /* the newest change that the one under way is for */
    uint32_t next;     /* of READY: behind it in line */
    uint16_t failures; /* refreshes in a row that ended with changes not taken */
    uint8_t state;
};

/* A change. */
struct world_refresh_change {
    uint64_t key;
    sim_time since;
    uint32_t next; /* older, of the same refresh */
    uint32_t slot; /* the caller's */
};

struct world_refreshes {
    sim_time interval;
    uint32_t changes_max;
    struct world_refresh_change *changes;
    struct world_recency order; /* of the changes: as they came */
    struct model_pool refreshes;
    struct model_index index;       /* from a key to its refresh; with an interval only */
    struct model_deadlines resting; /* by the time when each may begin */
    uint32_t first;                 /* in line */
    uint32_t last;
    uint32_t ready_count;
    uint32_t under_way;
};

/* At most `changes_max` changes at a time; an interval of 0 is none. */
void world_refreshes_init(
    struct world_refreshes *refreshes, sim_time interval, uint32_t changes_max);
void world_refreshes_finish(struct world_refreshes *refreshes);

bool world_refreshes_are_full(const struct world_refreshes *refreshes);

/* The key changed, as the caller's slot knows. They are not full. Returns whether others wait for
 * the same refresh already. */
bool world_refreshes_add(
    struct world_refreshes *refreshes, uint64_t key, uint32_t slot, sim_time now);

/* Since when the first has been in line; SIM_NEVER: none is. */
sim_time world_refreshes_ready_since(const struct world_refreshes *refreshes);

/* When the next one may begin that rests; SIM_NEVER: none does. */
sim_time world_refreshes_next(const struct world_refreshes *refreshes);

/* Those whose interval is over get in line, or are forgotten when nothing changed. */
void world_refreshes_wake(struct world_refreshes *refreshes, sim_time now);

/* Takes the first in line: WORLD_REFRESHES_NONE when there is none. */
uint32_t world_refreshes_begin(struct world_refreshes *refreshes, sim_time now);

uint64_t world_refreshes_key(const struct world_refreshes *refreshes, uint32_t refresh);

/* How often it has ended with changes not taken, since it last ended without. */
uint32_t world_refreshes_failures(const struct world_refreshes *refreshes, uint32_t refresh);

/* Takes a change that the refresh under way is for; false when there is none left. */
SIM_MUST_USE bool world_refreshes_take(
    struct world_refreshes *refreshes, uint32_t refresh, struct world_refresh_change *out_change);

/* The newest of those that it is for; WORLD_REFRESHES_NONE: all are taken. Their `next` leads on.
 */
uint32_t world_refreshes_included(const struct world_refreshes *refreshes, uint32_t refresh);

/* It is over: what was not taken waits for the next one, `delay` from now at the earliest. */
void world_refreshes_end(
    struct world_refreshes *refreshes, uint32_t refresh, sim_time delay, sim_time now);

/* The change that came first of those that are still there; NULL: none is. */
const struct world_refresh_change *world_refreshes_oldest(const struct world_refreshes *refreshes);

/* Forgets everything. */
void world_refreshes_clear(struct world_refreshes *refreshes);

void world_refreshes_check(const struct world_refreshes *refreshes);

#endif
