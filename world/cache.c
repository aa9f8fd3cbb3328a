/* A fetch (world/fetches.h) is a GET of the cache's own. What passes through is the relay's; tokens
 * from the relay's capacity on are those of fetches. */
/* SPDX-License-Identifier: MIT */
#include "world/cache.h"

#include "world/alarm.h"
#include "world/datacenter.h"
#include "world/fetches.h"
#include "world/invariant.h"
#include "world/link.h"
#include "world/relay.h"

#define PASSING_MAX 1024 /* requests that pass through, unanswered */

struct counters {
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
    struct sim_gauge *entries;
    struct sim_gauge *waiting;
};

struct world_cache {
    struct world_node node;
    struct world_cache_config config;
    struct counters counters;
    struct world_relay relay; /* for what passes through; its target is what the cache reads from */
    const struct world_versions *versions;
    struct sim_stream jitter;
    struct world_cache_store store;
    struct world_fetches fetches;
    struct world_alarm alarm; /* for the oldest fetch */
};

static world_cache *from_node(struct world_node *node)
{
    return (world_cache *)node; /* the node is its first member */
}

static sim_time now_of(const world_cache *cache)
{
    return cache->node.world->run.now;
}

static struct world_packet *packet_at(const world_cache *cache, uint32_t slot)
{
    SIM_ASSERT(slot < cache->node.world->packets.capacity);
    return &cache->node.world->packets.slots[slot];
}

static void note(world_cache *cache)
{
    const struct world_cache_store *store = &cache->store;

    SIM_ASSERT(cache->fetches.waiters.count <= cache->config.waiting_max);
    cache->counters.evicted->value = store->evicted;
    sim_gauge_set(cache->counters.entries, (int64_t)store->index.count, now_of(cache));
    sim_gauge_set(cache->counters.waiting, cache->fetches.waiters.count, now_of(cache));
}

/* ---- entries ---- */

static sim_time expiry(const world_cache *cache, uint64_t key, uint64_t version)
{
    sim_time ttl = cache->config.ttl;

    if (ttl == SIM_NEVER) {
        return SIM_NEVER;
    }
    struct sim_stream stream = sim_stream_of(&cache->jitter, key);
    stream.counter += version;
    double share = cache->config.ttl_jitter * sim_stream_unit(&stream);
    SIM_ASSERT(share >= 0 && share < 1);
    return world_time_after(now_of(cache), ttl - (sim_time)((double)ttl * share));
}

/* Enters a version, unless the entry has a newer one. */
static void keep(world_cache *cache, uint64_t key, uint64_t version)
{
    uint32_t place = world_cache_store_find(&cache->store, key);

    if (place == WORLD_CACHE_NONE) {
        place = world_cache_store_insert(&cache->store, key);
    }
    struct world_cache_entry *entry = &cache->store.entries[place];
    SIM_ASSERT(entry->key == key);
    if (version >= entry->version) {
        entry->version = version;
        entry->expires = expiry(cache, key, version);
    }
}

/* Forgets the key, and what is being fetched of it. */
static void forget(world_cache *cache, uint64_t key)
{
    uint32_t place = world_cache_store_find(&cache->store, key);

    if (place != WORLD_CACHE_NONE) {
        cache->counters.invalidated->value++;
        world_cache_store_remove(&cache->store, place);
    }
    world_fetches_void(&cache->fetches, key);
    SIM_ASSERT(world_cache_store_find(&cache->store, key) == WORLD_CACHE_NONE);
}

/* ---- answers ---- */

/* The world looks at what a reader is about to see. */
static void observe(world_cache *cache, uint64_t key, uint64_t version)
{
    if (cache->versions == NULL) {
        return;
    }
    sim_time staleness =
        world_version_staleness(world_version_of(cache->versions, key), version, now_of(cache));
    SIM_ASSERT(staleness >= 0);
    cache->counters.stale->value += staleness > 0;
    sim_tally_record(cache->counters.staleness, staleness);
    world_invariant_read(cache->node.world, cache->node.index, staleness);
}

static void answer(world_cache *cache, uint32_t slot, uint64_t version)
{
    struct world_packet *packet = packet_at(cache, slot);

    SIM_ASSERT(packet->kind == WORLD_PACKET_GET);
    packet->message.value = (int64_t)version;
    observe(cache, packet->message.key, version);
    world_link_answer(cache->node.world, slot, WORLD_PACKET_VALUE, 0);
}

/* A charge is left to its lease. */
static void refuse(world_cache *cache, uint32_t slot)
{
    const struct world_packet *packet = packet_at(cache, slot);

    SIM_ASSERT(packet->kind == WORLD_PACKET_GET || packet->kind == WORLD_PACKET_CHARGE);
    cache->counters.refused->value++;
    if (packet->kind == WORLD_PACKET_GET) {
        world_link_answer(cache->node.world, slot, WORLD_PACKET_REFUSE, 0);
    } else {
        world_relay_discard(&cache->relay, slot);
    }
}

/* The change that the message told of is in the cache. To do so twice changes nothing more. */
static void settle(world_cache *cache, uint32_t slot)
{
    struct world *world = cache->node.world;
    const struct model_message *message = &packet_at(cache, slot)->message;

    SIM_ASSERT(packet_at(cache, slot)->kind == WORLD_PACKET_CHARGE);
    if (world_audit_is_settled(world->audit, message->id)) {
        world_audit_report(world->audit, WORLD_AUDIT_SUPPRESSED, message->id, cache->node.index);
    } else {
        world_audit_report(world->audit, WORLD_AUDIT_SETTLED, message->id, cache->node.index);
        sim_tally_record(world->latency, now_of(cache) - message->born);
    }
    world_link_answer(world, slot, WORLD_PACKET_CHARGED, 0);
}

/* ---- fetches ---- */

/* Has the request wait for a fetch of its own. What that brings may come before this returns. */
static void fetch_for(world_cache *cache, uint32_t waiting)
{
    struct world *world = cache->node.world;
    uint64_t key = packet_at(cache, waiting)->message.key;
    uint64_t id = packet_at(cache, waiting)->message.id;
    uint32_t fetch = world_fetches_start(&cache->fetches, key, id, now_of(cache));
    uint32_t slot = world_packets_take(&world->packets, WORLD_PACKET_GET);
    struct world_packet *packet = packet_at(cache, slot);

    SIM_ASSERT(cache->relay.target_count == 1);
    world_fetches_join(&cache->fetches, fetch, waiting);
    world_alarm_set(&cache->alarm, cache->fetches.fetches[fetch].deadline);
    packet->message.id = id;
    packet->message.key = key;
    packet->from = world_node_end_point(&cache->node);
    packet->to = world_node_end_point(cache->relay.targets[0].node);
    packet->token = PASSING_MAX + fetch;
    cache->counters.fetches->value++;
    world_link_send(world, slot, cache->relay.targets[0].pipe, 0);
}

/* Ends the fetch: with a version of its row, or NULL, when there is none to be had. */
static void end_fetch(world_cache *cache, uint32_t fetch, const uint64_t *version)
{
    struct world_fetch ended = world_fetches_end(&cache->fetches, fetch);
    uint32_t slot;

    if (version == NULL) {
        cache->counters.failed->value++;
    } else if (!ended.is_void || !cache->config.is_guarded) {
        keep(cache, ended.key, *version);
    }
    while (world_fetches_take(&cache->fetches, &ended, &slot)) {
        SIM_ASSERT(packet_at(cache, slot)->message.key == ended.key);
        if (version == NULL) {
            refuse(cache, slot);
        } else if (packet_at(cache, slot)->kind == WORLD_PACKET_CHARGE) {
            settle(cache, slot);
        } else {
            answer(cache, slot, *version);
        }
    }
}

static void time_out(world_cache *cache)
{
    uint32_t oldest = world_fetches_oldest(&cache->fetches);

    while (oldest != WORLD_FETCHES_NONE &&
           cache->fetches.fetches[oldest].deadline <= now_of(cache)) {
        end_fetch(cache, oldest, NULL);
        oldest = world_fetches_oldest(&cache->fetches);
    }
    if (oldest != WORLD_FETCHES_NONE) {
        world_alarm_set(&cache->alarm, cache->fetches.fetches[oldest].deadline);
    }
    note(cache);
    SIM_ASSERT(oldest == WORLD_FETCHES_NONE || cache->alarm.time != SIM_NEVER);
}

/* The payload is the life of the node that the alarm belongs to. */
static void wake_late(void *context, uint64_t payload)
{
    world_cache *cache = context;

    SIM_ASSERT(payload <= cache->node.incarnation);
    if (payload == cache->node.incarnation &&
        !world_node_postpones(&cache->node, wake_late, cache, payload)) {
        time_out(cache);
    }
}

static void wake(void *context)
{
    const world_cache *cache = context;

    SIM_ASSERT(cache->node.up);
    wake_late(context, cache->node.incarnation);
}

/* ---- requests ---- */

/* What is to be refreshed since it changed must not join a fetch that may have read it before. */
static void miss(world_cache *cache, uint32_t slot)
{
    const struct world_packet *packet = packet_at(cache, slot);
    bool may_join = cache->config.is_coalescing && packet->kind == WORLD_PACKET_GET;
    uint32_t fetch =
        may_join ? world_fetches_find(&cache->fetches, packet->message.key) : WORLD_FETCHES_NONE;

    SIM_ASSERT(cache->node.up);
    if (world_fetches_are_full(&cache->fetches)) {
        refuse(cache, slot);
    } else if (fetch != WORLD_FETCHES_NONE) {
        cache->counters.coalesced->value++;
        world_fetches_join(&cache->fetches, fetch, slot);
    } else {
        fetch_for(cache, slot);
    }
}

static void serve_get(world_cache *cache, uint32_t slot)
{
    uint32_t place = world_cache_store_read(&cache->store, packet_at(cache, slot)->message.key);

    SIM_ASSERT(packet_at(cache, slot)->kind == WORLD_PACKET_GET);
    if (place != WORLD_CACHE_NONE && cache->store.entries[place].expires > now_of(cache)) {
        cache->counters.hits->value++;
        answer(cache, slot, cache->store.entries[place].version);
        return;
    }
    cache->counters.misses->value++;
    cache->counters.expired->value += place != WORLD_CACHE_NONE;
    miss(cache, slot);
}

static void serve_change(world_cache *cache, uint32_t slot)
{
    struct world_packet *packet = packet_at(cache, slot);
    uint64_t key = packet->message.key;

    if (packet->kind == WORLD_PACKET_INVALIDATE) {
        forget(cache, key);
    } else {
        SIM_ASSERT(packet->kind == WORLD_PACKET_UPDATE && packet->message.value >= 0);
        cache->counters.updated->value++;
        keep(cache, key, (uint64_t)packet->message.value);
    }
    world_link_answer(cache->node.world, slot, WORLD_PACKET_STORED, 0);
}

/* A write has been stored. What is known is the version of its key; of its other rows nothing. */
static void apply_write(world_cache *cache, const struct model_message *message)
{
    SIM_ASSERT(message->value > 0 && message->kind <= MODEL_ATTRIBUTE_COUNT);
    if (cache->config.when_written == WORLD_CACHE_KEEPS) {
        return;
    }
    for (uint32_t i = 0; i < message->kind; i++) {
        forget(cache, message->attributes[i]);
    }
    if (cache->config.when_written == WORLD_CACHE_FORGETS) {
        forget(cache, message->key);
    } else {
        cache->counters.updated->value++;
        keep(cache, message->key, (uint64_t)message->value);
    }
}

/* The answer to a fetch, or to a request that passed through. */
static void take_answer(world_cache *cache, uint32_t slot)
{
    const struct world_packet *packet = packet_at(cache, slot);
    bool is_value = packet->kind == WORLD_PACKET_VALUE;
    uint32_t fetch = packet->token - PASSING_MAX; /* of what passed through: beyond all fetches */

    if (packet->kind == WORLD_PACKET_STORED) {
        struct model_message message = packet->message;
        apply_write(cache, &message);
    }
    if (world_relay_match(&cache->relay, slot)) {
        world_relay_send_back(&cache->relay, slot);
        return;
    }
    uint64_t message = packet->message.id;
    uint64_t version = (uint64_t)packet->message.value;
    world_packets_free(&cache->node.world->packets, slot);
    SIM_ASSERT(cache->node.up);
    if (world_fetches_is_awaited(&cache->fetches, fetch, message)) {
        end_fetch(cache, fetch, is_value ? &version : NULL);
    }
}

static void receive(struct world_node *node, uint32_t slot)
{
    world_cache *cache = from_node(node);
    enum world_packet_kind kind = packet_at(cache, slot)->kind;

    SIM_ASSERT(node->up);
    if (kind == WORLD_PACKET_GET) {
        serve_get(cache, slot);
    } else if (kind == WORLD_PACKET_CHARGE) {
        miss(cache, slot);
    } else if (kind == WORLD_PACKET_INVALIDATE || kind == WORLD_PACKET_UPDATE) {
        serve_change(cache, slot);
    } else if (world_relay_is_request(kind)) {
        world_relay_pass(&cache->relay, slot, 0);
    } else {
        take_answer(cache, slot);
    }
    note(cache);
}

/* ---- a node's life ---- */

static bool is_complete(const struct world_node *node, GError **error)
{
    SIM_ASSERT(node->type->is_complete == is_complete);
    return world_relay_is_complete(&((const world_cache *)node)->relay, error);
}

static void crash(struct world_node *node)
{
    world_cache *cache = from_node(node);
    uint32_t oldest = world_fetches_oldest(&cache->fetches);
    uint32_t slot;

    for (; oldest != WORLD_FETCHES_NONE; oldest = world_fetches_oldest(&cache->fetches)) {
        struct world_fetch ended = world_fetches_end(&cache->fetches, oldest);
        while (world_fetches_take(&cache->fetches, &ended, &slot)) {
            world_packets_free(&node->world->packets, slot);
        }
    }
    world_cache_store_clear(&cache->store);
    world_relay_crash(&cache->relay);
    world_alarm_cancel(&cache->alarm);
    note(cache);
    SIM_ASSERT(cache->fetches.waiters.count == 0);
}

static void verify(const struct world_node *node)
{
    const world_cache *cache = (const world_cache *)node;
    const struct counters *counters = &cache->counters;
    uint32_t oldest = world_fetches_oldest(&cache->fetches);

    world_relay_check(&cache->relay);
    world_cache_store_check(&cache->store);
    world_fetches_check(&cache->fetches);
    world_alarm_check(&cache->alarm);
    SIM_ASSERT(
        node->is_paused || oldest == WORLD_FETCHES_NONE ||
        cache->alarm.time <= cache->fetches.fetches[oldest].deadline);
    SIM_ASSERT(counters->entries->value == (int64_t)cache->store.index.count);
    SIM_ASSERT(counters->waiting->value == cache->fetches.waiters.count);
    SIM_ASSERT(
        counters->expired->value + counters->coalesced->value <= 2 * counters->misses->value);
}

static void destroy(struct world_node *node)
{
    world_cache *cache = from_node(node);

    world_relay_finish(&cache->relay);
    world_cache_store_finish(&cache->store);
    world_fetches_finish(&cache->fetches);
    world_node_finish(node);
    g_free(cache);
}

static const struct world_node_type cache_type = {
    .name = "cache",
    .feels = WORLD_FEELS_PAUSE,
    .is_complete = is_complete,
    .start = world_node_up,
    .receive = receive,
    .crash = crash,
    .restart = world_node_up,
    .verify = verify,
    .destroy = destroy,
};

static void open_counters(world_cache *cache)
{
    const struct world_node *node = &cache->node;

    cache->counters = (struct counters){
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
    world_relay_init(&cache->relay, &cache->node, PASSING_MAX);
    world_cache_store_init(&cache->store, config->policy, config->capacity);
    world_fetches_init(&cache->fetches, config->waiting_max, config->timeout);
    world_alarm_init(&cache->alarm, &datacenter->world->run, wake, cache);
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

struct world_node *world_cache_node(world_cache *cache)
{
    return &cache->node;
}

uint32_t world_cache_count(const world_cache *cache)
{
    return (uint32_t)cache->store.index.count;
}
