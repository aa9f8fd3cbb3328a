/* world/fetches.h - what a cache is fetching, and who waits for it.
 *
 * A fetch is for a key; several may be under way for one key, of which only the newest may be
 * joined, and only while it is not void: an invalidation makes void all that started before it. A
 * pure state; every operation is O(1), invalidation on average. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_FETCHES_H
#define WORLD_FETCHES_H

#include <stdbool.h>
#include <stdint.h>

#include "models/index.h"
#include "models/pool.h"
#include "sim/base.h"
#include "world/recency.h"

#define WORLD_FETCHES_NONE UINT32_MAX

struct world_fetch {
    uint64_t key;
    uint64_t message; /* the id of the request that it is for */
    sim_time deadline;
    uint32_t waiters; /* the newest of those that wait */
    uint32_t older;   /* of the same key */
    uint32_t newer;
    bool is_void;
    bool is_sent;
    bool is_used;
};

struct world_fetches {
    struct world_fetch *fetches;
    uint32_t waiting_max;
    sim_time timeout;
    struct world_recency order; /* of the fetches: by deadline */
    struct model_index newest;  /* from a key to its newest fetch */
    struct model_pool waiters;
};

/* At most `waiting_max` requests wait, and as many fetches are under way. */
void world_fetches_init(struct world_fetches *fetches, uint32_t waiting_max, sim_time timeout);
void world_fetches_finish(struct world_fetches *fetches);

bool world_fetches_are_full(const struct world_fetches *fetches);

/* The fetch that a request for the key may join; or WORLD_FETCHES_NONE. */
uint32_t world_fetches_find(const struct world_fetches *fetches, uint64_t key);

/* Starts one, for the request of that id. They are not full. */
uint32_t world_fetches_start(
    struct world_fetches *fetches, uint64_t key, uint64_t message, sim_time now);

/* It is asked for only now: its deadline is as far away as that of one that starts. Once. */
void world_fetches_send(struct world_fetches *fetches, uint32_t fetch, sim_time now);

/* The packet in this slot waits for the fetch. They are not full. */
void world_fetches_join(struct world_fetches *fetches, uint32_t fetch, uint32_t slot);

/* Takes one that waits; false when there is none. The newest first. */
SIM_MUST_USE bool world_fetches_take(
    struct world_fetches *fetches, struct world_fetch *fetch, uint32_t *out_slot);

/* Is the fetch under way, for that request? */
bool world_fetches_is_awaited(
    const struct world_fetches *fetches, uint32_t fetch, uint64_t message);

/* Ends the fetch, and returns it: those that wait for it are the caller's to take. */
struct world_fetch world_fetches_end(struct world_fetches *fetches, uint32_t fetch);

/* Makes void what is being fetched of the key. */
void world_fetches_void(struct world_fetches *fetches, uint64_t key);

/* The one with the first deadline; WORLD_FETCHES_NONE when none is under way. */
uint32_t world_fetches_oldest(const struct world_fetches *fetches);

void world_fetches_check(const struct world_fetches *fetches);

#endif
