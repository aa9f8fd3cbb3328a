/* A fetch (world/fetches.h) is a GET of the cache's own. What passes through is the relay's; tokens
 * from the relay's capacity on are those of fetches, and the highest is that of what peers are
 * told. */
/* SPDX-License-Identifier: MIT */
#include "world/cache_state.h"
#include "world/link.h"

#define PEERS_TOKEN UINT32_MAX

static struct world_packet *packet_at(const world_cache *cache, uint32_t slot)
{
    SIM_ASSERT(slot < cache->node.world->packets.capacity);
    return &cache->node.world->packets.slots[slot];
}

void world_cache_note(world_cache *cache)
{
    const struct world_cache_store *store = &cache->store;

    SIM_ASSERT(cache->fetches.waiters.count <= cache->config.waiting_max);
    cache->counters.evicted->value = store->evicted;
    sim_gauge_set(cache->counters.entries, (int64_t)store->index.count, world_cache_now(cache));
    sim_gauge_set(cache->counters.waiting, cache->fetches.waiters.count, world_cache_now(cache));
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
    return world_time_after(world_cache_now(cache), ttl - (sim_time)((double)ttl * share));
}

/* Enters a version, unless the entry has a newer one. Returns whether it is news. */
static bool keep(world_cache *cache, uint64_t key, uint64_t version)
{
    uint32_t place = world_cache_store_find(&cache->store, key);
    bool is_news = place == WORLD_CACHE_NONE || cache->store.entries[place].version < version;

    if (place == WORLD_CACHE_NONE) {
        place = world_cache_store_insert(&cache->store, key);
    }
    struct world_cache_entry *entry = &cache->store.entries[place];
    SIM_ASSERT(entry->key == key);
    if (version >= entry->version) {
        entry->version = version;
        entry->expires = expiry(cache, key, version);
    }
    return is_news;
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

static void answer(world_cache *cache, uint32_t slot, uint64_t version)
{
    struct world_packet *packet = packet_at(cache, slot);

    SIM_ASSERT(packet->kind == WORLD_PACKET_GET);
    packet->message.value = (int64_t)version;
    world_cache_observe(cache, packet->message.key, version);
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

/* The change that the message told of is in the cache. */
static void settle(world_cache *cache, uint32_t slot)
{
    struct world *world = cache->node.world;

    SIM_ASSERT(packet_at(cache, slot)->kind == WORLD_PACKET_CHARGE);
    world_settled_again(world, cache->node.index, packet_at(cache, slot), cache->counters.latency);
    world_link_answer(world, slot, WORLD_PACKET_CHARGED, 0);
}

/* ---- fetches ---- */

/* What it brings may come before this returns. */
static void send_fetch(world_cache *cache, uint32_t fetch)
{
    struct world *world = cache->node.world;
    const struct world_fetch *sent = &cache->fetches.fetches[fetch];
    uint32_t slot = world_packets_take(&world->packets, WORLD_PACKET_GET);
    struct world_packet *packet = packet_at(cache, slot);

    SIM_ASSERT(cache->relay.target_count == 1);
    world_fetches_send(&cache->fetches, fetch, world_cache_now(cache));
    world_alarm_set(&cache->alarm, sent->deadline);
    cache->sent++;
    packet->message.id = sent->message;
    packet->message.key = sent->key;
    packet->from = world_node_end_point(&cache->node);
    packet->to = world_node_end_point(cache->relay.targets[0].node);
    packet->token = WORLD_CACHE_PASSING_MAX + fetch;
    cache->counters.fetches->value++;
    world_link_send(world, slot, cache->relay.targets[0].pipe, 0);
}

static bool may_send(const world_cache *cache)
{
    SIM_ASSERT(cache->sent <= cache->fetches.order.count);
    return cache->config.fetches_max == 0 || cache->sent < cache->config.fetches_max;
}

/* Sends those that were held back, but for those that are over by now. */
static void send_held_back(world_cache *cache)
{
    struct world_waiting first;

    SIM_ASSERT(cache->node.up);
    while (may_send(cache) && world_fifo_pop(&cache->held_back, &first)) {
        if (world_fetches_is_awaited(&cache->fetches, first.slot, first.position) &&
            !cache->fetches.fetches[first.slot].is_sent) {
            send_fetch(cache, first.slot);
        }
    }
}

/* Has the request wait for a fetch of its own. */
static void fetch_for(world_cache *cache, uint32_t waiting)
{
    const struct model_message *message = &packet_at(cache, waiting)->message;
    uint32_t fetch =
        world_fetches_start(&cache->fetches, message->key, message->id, world_cache_now(cache));

    SIM_ASSERT(!cache->fetches.fetches[fetch].is_sent);
    world_fetches_join(&cache->fetches, fetch, waiting);
    world_alarm_set(&cache->alarm, cache->fetches.fetches[fetch].deadline);
    if (may_send(cache)) {
        send_fetch(cache, fetch);
    } else {
        world_fifo_push(
            &cache->held_back, (struct world_waiting){.slot = fetch, .position = message->id});
    }
}

/* Ends the fetch: with a version of its row, or NULL, when there is none to be had. */
static void end_fetch(world_cache *cache, uint32_t fetch, const uint64_t *version)
{
    struct world_fetch ended = world_fetches_end(&cache->fetches, fetch);
    uint32_t slot;

    cache->sent -= ended.is_sent;
    if (version == NULL) {
        cache->counters.failed->value++;
    } else if (!ended.is_void || !cache->config.is_guarded) {
        (void)keep(cache, ended.key, *version);
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
    send_held_back(cache);
}

static void time_out(world_cache *cache)
{
    uint32_t oldest = world_fetches_oldest(&cache->fetches);

    while (oldest != WORLD_FETCHES_NONE &&
           cache->fetches.fetches[oldest].deadline <= world_cache_now(cache)) {
        end_fetch(cache, oldest, NULL);
        oldest = world_fetches_oldest(&cache->fetches);
    }
    if (oldest != WORLD_FETCHES_NONE) {
        world_alarm_set(&cache->alarm, cache->fetches.fetches[oldest].deadline);
    }
    world_cache_note(cache);
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

void world_cache_wake(void *context)
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
    if (place != WORLD_CACHE_NONE && cache->store.entries[place].expires > world_cache_now(cache)) {
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
    bool is_news = true;

    if (packet->kind == WORLD_PACKET_INVALIDATE) {
        forget(cache, key);
    } else {
        SIM_ASSERT(packet->kind == WORLD_PACKET_UPDATE && packet->message.value >= 0);
        cache->counters.updated->value++;
        is_news = keep(cache, key, (uint64_t)packet->message.value);
    }
    if (is_news) {
        sim_tally_record(cache->counters.update_lag, world_cache_now(cache) - packet->message.born);
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
        (void)keep(cache, message->key, (uint64_t)message->value);
    }
}

static void tell_peers(
    world_cache *cache, const struct model_message *message, enum world_packet_kind kind)
{
    struct world *world = cache->node.world;

    SIM_ASSERT(kind == WORLD_PACKET_INVALIDATE || kind == WORLD_PACKET_UPDATE);
    for (uint32_t i = 0; i < cache->peer_count; i++) {
        uint32_t slot = world_packets_take(&world->packets, kind);
        struct world_packet *packet = packet_at(cache, slot);
        packet->message = *message;
        packet->message.born = world_cache_now(cache);
        packet->from = world_node_end_point(&cache->node);
        packet->to = world_node_end_point(cache->peers[i].node);
        packet->token = PEERS_TOKEN;
        world_link_send(world, slot, cache->peers[i].pipe, 0);
    }
}

/* The same for the other caches. They may answer before this returns. */
static void tell_write(world_cache *cache, const struct model_message *message)
{
    struct model_message other = *message;

    SIM_ASSERT(message->value > 0 && message->kind <= MODEL_ATTRIBUTE_COUNT);
    if (cache->config.when_written == WORLD_CACHE_KEEPS || cache->peer_count == 0) {
        return;
    }
    for (uint32_t i = 0; i < message->kind; i++) {
        other.key = message->attributes[i];
        tell_peers(cache, &other, WORLD_PACKET_INVALIDATE);
    }
    tell_peers(
        cache,
        message,
        cache->config.when_written == WORLD_CACHE_FORGETS ? WORLD_PACKET_INVALIDATE
                                                          : WORLD_PACKET_UPDATE);
}

/* Takes the answer to what passed through, or to a fetch. */
static void take_reply(world_cache *cache, uint32_t slot)
{
    const struct world_packet *packet = packet_at(cache, slot);
    bool is_value = packet->kind == WORLD_PACKET_VALUE;
    uint32_t fetch =
        packet->token - WORLD_CACHE_PASSING_MAX; /* of what passed through: beyond all fetches */

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

static void take_answer(world_cache *cache, uint32_t slot)
{
    const struct world_packet *packet = packet_at(cache, slot);
    const struct model_message message = packet->message;

    if (packet->token == PEERS_TOKEN) {
        world_packets_free(&cache->node.world->packets, slot);
        return;
    }
    SIM_ASSERT(packet->kind != WORLD_PACKET_STORED || message.value > 0);
    if (packet->kind != WORLD_PACKET_STORED) {
        take_reply(cache, slot);
        return;
    }
    apply_write(cache, &message);
    take_reply(cache, slot);
    tell_write(cache, &message);
}

void world_cache_receive(struct world_node *node, uint32_t slot)
{
    world_cache *cache = world_cache_of(node);
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
    world_cache_note(cache);
}
