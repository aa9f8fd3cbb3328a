/* A message that waits is a packet whose slot is the payload of one event; reservations of a bucket
 * fall due in the order in which they were made, so messages of one key keep their order. The
 * buckets are linked from the key seen last to the one not seen for longest. */
/* SPDX-License-Identifier: MIT */
#include "world/limiter.h"

#include "models/index.h"
#include "world/link.h"
#include "world/recency.h"
#include "world/relay.h"

struct counters {
    struct sim_counter *passed;
    struct sim_counter *delayed;
    struct sim_counter *refused;
    struct sim_counter *dropped;
    struct sim_counter *evicted; /* buckets forgotten while they were not full */
    struct sim_gauge *waiting;
    struct sim_gauge *keys;
    struct sim_tally *delay;
};

struct entry {
    uint64_t key;
    struct world_bucket bucket;
};

struct world_limiter {
    struct world_node node;
    struct world_limiter_config config;
    struct counters counters;
    struct world_relay relay;
    struct entry *entries; /* keys_max of them */
    struct world_recency recency;
    struct model_index index; /* from a key to its entry */
    uint32_t waiting;
};

static world_limiter *from_node(struct world_node *node)
{
    return (world_limiter *)node; /* the node is its first member */
}

static sim_time now_of(const world_limiter *limiter)
{
    return limiter->node.world->run.now;
}

static struct world_packet *packet_at(const world_limiter *limiter, uint32_t slot)
{
    SIM_ASSERT(slot < limiter->node.world->packets.capacity);
    return &limiter->node.world->packets.slots[slot];
}

/* ---- buckets ---- */

/* Makes room for one more key. What a full bucket knew is nothing. */
static void evict(world_limiter *limiter)
{
    uint32_t oldest = world_recency_last(&limiter->recency);
    const struct entry *entry = &limiter->entries[oldest];
    bool is_full = world_bucket_is_full(&entry->bucket, &limiter->config.bucket, now_of(limiter));

    SIM_ASSERT(limiter->recency.count == limiter->config.keys_max);
    limiter->counters.evicted->value += !is_full;
    model_index_remove(&limiter->index, entry->key);
    world_recency_remove(&limiter->recency, oldest);
}

static struct world_bucket *bucket_of(world_limiter *limiter, uint64_t key)
{
    uint32_t place;

    if (model_index_find(&limiter->index, key, &place)) {
        world_recency_touch(&limiter->recency, place);
        return &limiter->entries[place].bucket;
    }
    if (limiter->recency.count == limiter->config.keys_max) {
        evict(limiter);
    }
    place = world_recency_add(&limiter->recency);
    limiter->entries[place] = (struct entry){
        .key = key,
        .bucket = world_bucket_full(&limiter->config.bucket, now_of(limiter)),
    };
    model_index_insert(&limiter->index, key, place);
    sim_gauge_set(limiter->counters.keys, limiter->recency.count, now_of(limiter));
    return &limiter->entries[place].bucket;
}

/* ---- what becomes of a message ---- */

static void pass(world_limiter *limiter, uint32_t slot)
{
    SIM_ASSERT(packet_at(limiter, slot)->to.node == limiter->node.index);
    limiter->counters.passed->value++;
    world_relay_pass(&limiter->relay, slot, 0);
}

static void set_waiting(world_limiter *limiter, uint32_t waiting)
{
    limiter->waiting = waiting;
    sim_gauge_set(limiter->counters.waiting, waiting, now_of(limiter));
}

static void end_wait(void *context, uint64_t payload)
{
    world_limiter *limiter = context;
    uint32_t slot = (uint32_t)payload;

    if (packet_at(limiter, slot)->to.incarnation != limiter->node.incarnation) {
        world_packets_free(&limiter->node.world->packets, slot); /* it crashed meanwhile */
        return;
    }
    if (world_node_postpones(&limiter->node, end_wait, limiter, payload)) {
        return;
    }
    SIM_ASSERT(limiter->waiting > 0);
    set_waiting(limiter, limiter->waiting - 1);
    pass(limiter, slot);
}

static void delay(world_limiter *limiter, uint32_t slot, sim_time wait)
{
    SIM_ASSERT(wait > 0 && wait <= limiter->config.delay_max);
    limiter->counters.delayed->value++;
    sim_tally_record(limiter->counters.delay, wait);
    set_waiting(limiter, limiter->waiting + 1);
    (void)sim_run_after(&limiter->node.world->run, wait, end_wait, limiter, slot);
}

static void refuse(world_limiter *limiter, uint32_t slot)
{
    struct world *world = limiter->node.world;
    const struct world_packet *packet = packet_at(limiter, slot);

    SIM_ASSERT(world_relay_is_request(packet->kind));
    limiter->counters.refused->value++;
    if (packet->kind == WORLD_PACKET_CHARGE) {
        world_relay_discard(&limiter->relay, slot);
        return;
    }
    if (packet->kind == WORLD_PACKET_SEND) {
        world_audit_report(
            world->audit, WORLD_AUDIT_REFUSED, packet->message.id, limiter->node.index);
    }
    world_link_answer(world, slot, WORLD_PACKET_REFUSE, 0);
}

static void drop(world_limiter *limiter, uint32_t slot)
{
    struct world *world = limiter->node.world;
    const struct world_packet *packet = packet_at(limiter, slot);

    SIM_ASSERT(world_relay_is_request(packet->kind));
    limiter->counters.dropped->value++;
    if (packet->kind != WORLD_PACKET_SEND) {
        world_relay_discard(&limiter->relay, slot);
        return;
    }
    world_audit_report(world->audit, WORLD_AUDIT_DROPPED, packet->message.id, limiter->node.index);
    world_link_answer(world, slot, WORLD_PACKET_CONFIRM, 0);
}

static void limit(world_limiter *limiter, uint32_t slot)
{
    const struct world_limiter_config *config = &limiter->config;
    uint64_t key = world_field_of(&packet_at(limiter, slot)->message, config->field);
    struct world_bucket *bucket = bucket_of(limiter, key);
    sim_time wait = world_bucket_wait(bucket, &config->bucket, now_of(limiter));

    SIM_ASSERT(wait >= 0);
    if (wait > 0 && config->over == WORLD_LIMITER_DROP) {
        drop(limiter, slot);
        return;
    }
    if (wait > 0 && (config->over == WORLD_LIMITER_REFUSE || wait > config->delay_max)) {
        refuse(limiter, slot);
        return;
    }
    world_bucket_take(bucket, &config->bucket, now_of(limiter));
    if (wait > 0) {
        delay(limiter, slot, wait);
    } else {
        pass(limiter, slot);
    }
}

static void receive(struct world_node *node, uint32_t slot)
{
    world_limiter *limiter = from_node(node);

    SIM_ASSERT(node->up);
    if (world_relay_is_request(packet_at(limiter, slot)->kind)) {
        limit(limiter, slot);
    } else {
        world_relay_return(&limiter->relay, slot);
    }
}

/* ---- a node's life ---- */

static bool is_complete(const struct world_node *node, GError **error)
{
    SIM_ASSERT(node->type->is_complete == is_complete);
    return world_relay_is_complete(&((const world_limiter *)node)->relay, error);
}

static void crash(struct world_node *node)
{
    world_limiter *limiter = from_node(node);

    SIM_ASSERT(!node->crashed);
    world_relay_crash(&limiter->relay);
    world_recency_clear(&limiter->recency);
    model_index_clear(&limiter->index);
    set_waiting(limiter, 0);
    sim_gauge_set(limiter->counters.keys, 0, now_of(limiter));
}

static void verify(const struct world_node *node)
{
    const world_limiter *limiter = (const world_limiter *)node;

    world_relay_check(&limiter->relay);
    world_recency_check(&limiter->recency);
    SIM_ASSERT(limiter->recency.count == limiter->index.count);
    SIM_ASSERT(limiter->counters.waiting->value == limiter->waiting);
    SIM_ASSERT(limiter->counters.keys->value == limiter->recency.count);
}

static void destroy(struct world_node *node)
{
    world_limiter *limiter = from_node(node);

    world_relay_finish(&limiter->relay);
    world_recency_finish(&limiter->recency);
    model_index_finish(&limiter->index);
    world_node_finish(node);
    g_free(limiter->entries);
    g_free(limiter);
}

static const struct world_node_type limiter_type = {
    .name = "limiter",
    .feels = WORLD_FEELS_PAUSE,
    .is_complete = is_complete,
    .start = world_node_up,
    .receive = receive,
    .crash = crash,
    .restart = world_node_up,
    .verify = verify,
    .destroy = destroy,
};

static bool is_bucket_valid(
    const char *name, const struct world_bucket_config *bucket, GError **error)
{
    if (world_bucket_is_valid(bucket)) {
        return true;
    }
    g_set_error(
        error,
        WORLD_ERROR,
        WORLD_ERROR_VALUE,
        "limiter '%s': %u in %" G_GINT64_FORMAT
        " ns with bursts of %u cannot be counted: each must "
        "be above 0, and burst x period at most %" G_GINT64_FORMAT,
        name,
        bucket->tokens,
        bucket->period,
        bucket->burst,
        WORLD_BUCKET_UNITS_MAX);
    return false;
}

static void open_parts(world_limiter *limiter)
{
    const struct world_node *node = &limiter->node;

    world_relay_init(&limiter->relay, &limiter->node, limiter->config.window);
    world_recency_init(&limiter->recency, limiter->config.keys_max);
    model_index_init(&limiter->index);
    limiter->entries = g_new0(struct entry, limiter->config.keys_max);
    limiter->counters = (struct counters){
        .passed = world_node_counter(node, "passed", "messages"),
        .delayed = world_node_counter(node, "delayed", "messages"),
        .refused = world_node_counter(node, "refused", "messages"),
        .dropped = world_node_counter(node, "dropped", "messages"),
        .evicted = world_node_counter(node, "evicted", "keys"),
        .waiting = world_node_gauge(node, "waiting", "messages"),
        .keys = world_node_gauge(node, "keys", "keys"),
        .delay = world_node_tally(node, "delay", "ns"),
    };
    SIM_ASSERT(limiter->counters.passed->value == 0);
}

world_limiter *world_limiter_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_limiter_config *config,
    GError **error)
{
    if (!is_bucket_valid(name, &config->bucket, error)) {
        return NULL;
    }
    world_limiter *limiter = g_new0(world_limiter, 1);
    SIM_ASSERT(config->keys_max > 0 && config->window > 0 && config->delay_max >= 0);
    limiter->config = *config;
    if (!world_node_init(&limiter->node, &limiter_type, datacenter, name, error)) {
        g_free(limiter);
        return NULL;
    }
    open_parts(limiter);
    return limiter;
}

bool world_limiter_connect(world_limiter *limiter, struct world_node *target, GError **error)
{
    SIM_ASSERT(!limiter->node.world->started);
    return world_relay_set_target(&limiter->relay, target, error);
}

struct world_node *world_limiter_node(world_limiter *limiter)
{
    return &limiter->node;
}
