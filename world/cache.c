/* What it does is in world/cache_serve.c. */
/* SPDX-License-Identifier: MIT */
#include "world/cache.h"

#include <stdlib.h>

#include "world/cache_state.h"
#include "world/datacenter.h"
#include "world/link.h"

/* ---- a node's life ---- */

static bool is_complete(const struct world_node *node, GError **error)
{
    SIM_ASSERT(node->type->is_complete == is_complete);
    return world_relay_is_complete(&((const world_cache *)node)->relay, error);
}

static void crash(struct world_node *node)
{
    world_cache *cache = world_cache_of(node);
    uint32_t oldest = world_fetches_oldest(&cache->fetches);
    uint32_t slot;

    for (; oldest != WORLD_FETCHES_NONE; oldest = world_fetches_oldest(&cache->fetches)) {
        struct world_fetch ended = world_fetches_end(&cache->fetches, oldest);
        while (world_fetches_take(&cache->fetches, &ended, &slot)) {
            world_packets_free(&node->world->packets, slot);
        }
    }
    cache->sent = 0;
    cache->held_back.head = 0;
    cache->held_back.count = 0;
    world_cache_store_clear(&cache->store);
    world_relay_crash(&cache->relay);
    world_alarm_cancel(&cache->alarm);
    world_cache_note(cache);
    SIM_ASSERT(cache->fetches.waiters.count == 0);
}

static void verify(const struct world_node *node)
{
    const world_cache *cache = (const world_cache *)node;
    const struct world_cache_counters *counters = &cache->counters;
    uint32_t oldest = world_fetches_oldest(&cache->fetches);

    world_relay_check(&cache->relay);
    world_cache_store_check(&cache->store);
    world_fetches_check(&cache->fetches);
    world_alarm_check(&cache->alarm);
    world_fifo_check(&cache->held_back);
    SIM_ASSERT(cache->config.fetches_max == 0 || cache->sent <= cache->config.fetches_max);
    SIM_ASSERT(cache->config.fetches_max > 0 || cache->sent == cache->fetches.order.count);
    SIM_ASSERT(
        node->is_paused || oldest == WORLD_FETCHES_NONE ||
        world_alarm_is_in_time(&cache->alarm, cache->fetches.fetches[oldest].deadline));
    SIM_ASSERT(counters->entries->value == (int64_t)cache->store.index.count);
    SIM_ASSERT(counters->waiting->value == cache->fetches.waiters.count);
    SIM_ASSERT(
        counters->expired->value + counters->coalesced->value <= 2 * counters->misses->value);
}

static void destroy(struct world_node *node)
{
    world_cache *cache = world_cache_of(node);

    world_relay_finish(&cache->relay);
    world_cache_store_finish(&cache->store);
    world_fetches_finish(&cache->fetches);
    world_fifo_finish(&cache->held_back);
    free(cache->peers);
    world_node_finish(node);
    g_free(cache);
}

static const struct world_node_type cache_type = {
    .name = "cache",
    .feels = WORLD_FEELS_PAUSE,
    .is_complete = is_complete,
    .start = world_node_up,
    .receive = world_cache_receive,
    .crash = crash,
    .restart = world_node_up,
    .verify = verify,
    .destroy = destroy,
};

static void open_counters(world_cache *cache)
{
    const struct world_node *node = &cache->node;

    cache->counters = (struct world_cache_counters){
        .hits = world_node_counter(node, "hits", "requests"),
        .misses = world_node_counter(node, "misses", "requests"),
        .expired = world_node_counter(node, "expired", "requests"),
        .coalesced = world_node_counter(node, "coalesced", "requests"),
        .fetches = world_node_counter(node, "fetches", "requests"),
        .failed = world_node_counter(node, "failed", "requests"),
        .refused = world_node_counter(node, "refused", "requests"),
        .invalidated = world_node_counter(node, "invalidated", "keys"),
        .updated = world_node_counter(node, "updated", "keys"),
        .evicted = world_node_counter(node, "evicted", "keys"),
        .stale = world_node_counter(node, "stale", "requests"),
        .staleness = world_node_tally(node, "staleness", "ns"),
        .update_lag = world_node_tally(node, "update_lag", "ns"),
        .latency = world_node_tally(node, "latency", "ns"),
        .entries = world_node_gauge(node, "entries", "keys"),
        .waiting = world_node_gauge(node, "waiting", "requests"),
    };
    SIM_ASSERT(cache->counters.hits->value == 0);
}

world_cache *world_cache_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_cache_config *config,
    GError **error)
{
    world_cache *cache = g_new0(world_cache, 1);

    SIM_ASSERT(config->ttl > 0 && config->ttl_jitter >= 0 && config->ttl_jitter < 1);
    cache->config = *config;
    if (!world_node_init(&cache->node, &cache_type, datacenter, name, error)) {
        g_free(cache);
        return NULL;
    }
    world_relay_init(&cache->relay, &cache->node, WORLD_CACHE_PASSING_MAX);
    world_cache_store_init(&cache->store, config->policy, config->capacity);
    world_fetches_init(&cache->fetches, config->waiting_max, config->timeout);
    world_alarm_init(&cache->alarm, &datacenter->world->run, world_cache_wake, cache);
    cache->jitter = world_node_stream(&cache->node, "jitter");
    open_counters(cache);
    return cache;
}

bool world_cache_connect(
    world_cache *cache,
    struct world_node *behind,
    const struct world_versions *versions,
    GError **error)
{
    SIM_ASSERT(!cache->node.world->started);
    cache->versions = versions;
    return world_relay_set_target(&cache->relay, behind, error);
}

bool world_cache_tell(world_cache *cache, world_cache *peer, GError **error)
{
    struct world_node *end = NULL;

    SIM_ASSERT(!cache->node.world->started && peer != cache);
    if (!world_link_connect(&cache->node, "tells", &peer->node, &end, error)) {
        return false;
    }
    cache->peers =
        sim_grow(cache->peers, cache->peer_count, cache->peer_count + 1, sizeof(*cache->peers));
    cache->peers[cache->peer_count++] = (struct world_cache_peer){
        .node = &peer->node,
        .pipe = world_link_pipe(&cache->node, &peer->node),
    };
    return true;
}

struct world_node *world_cache_node(world_cache *cache)
{
    return &cache->node;
}

uint32_t world_cache_count(const world_cache *cache)
{
    return (uint32_t)cache->store.index.count;
}
