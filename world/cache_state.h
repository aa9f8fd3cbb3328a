/* world/cache_state.h - what the files of the cache share: cache_serve.c, which answers,
 * cache_checks.c, which looks at what it answers, and cache.c, which makes a cache and has it crash
 * and restart. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_CACHE_STATE_H
#define WORLD_CACHE_STATE_H

#include "world/alarm.h"
#include "world/cache.h"
#include "world/check.h"
#include "world/fetches.h"
#include "world/fifo.h"
#include "world/relay.h"

#define WORLD_CACHE_PASSING_MAX 1024 /* requests that pass through, unanswered */

/* Another cache that is told of the writes that pass through this one. */
struct world_cache_peer {
    struct world_node *node;
    struct world_pipe *pipe;
};

struct world_cache_counters {
    struct sim_counter *hits;
    struct sim_counter *misses;
    struct sim_counter *expired;   /* of the misses: the entry was too old */
    struct sim_counter *coalesced; /* of the misses: another was fetching already */
    struct sim_counter *fetches;
    struct sim_counter *failed; /* fetches without a value */
    struct sim_counter *refused;
    struct sim_counter *invalidated;
    struct sim_counter *updated;
    struct sim_counter *evicted;
    struct sim_counter *stale; /* reads that did not see the newest version */
    struct sim_tally *staleness;
    struct sim_tally *update_lag; /* from a change to the entry that knows of it */
    struct sim_tally *latency;    /* of the messages that have a key fetched anew */
    struct sim_gauge *entries;
    struct sim_gauge *waiting;
};

struct world_cache {
    struct world_node node;
    struct world_cache_config config;
    struct world_cache_counters counters;
    struct world_relay relay; /* for what passes through; its target is what the cache reads from */
    const struct world_versions *versions;
    struct sim_stream jitter;
    struct world_cache_store store;
    struct world_fetches fetches;
    struct world_fifo held_back; /* fetches that are not sent yet: slot is the fetch, position the
                                    message's id */
    uint32_t sent;               /* fetches that are */
    struct world_alarm alarm;    /* for the oldest fetch */
    struct world_cache_peer *peers;
    uint32_t peer_count;
    struct world_check *bounded; /* NULL: nobody asked for it */
    sim_time bound;
};

static inline world_cache *world_cache_of(struct world_node *node)
{
    return (world_cache *)node; /* the node is its first member */
}

static inline sim_time world_cache_now(const world_cache *cache)
{
    return cache->node.world->run.now;
}

/* A packet arrives: takes the slot. */
void world_cache_receive(struct world_node *node, uint32_t slot);

/* A fetch may be too late. The context is the cache. */
void world_cache_wake(void *context);

/* What it holds, for the measures. */
void world_cache_note(world_cache *cache);

/* The world looks at what a reader is about to see. */
void world_cache_observe(world_cache *cache, uint64_t key, uint64_t version);

#endif
