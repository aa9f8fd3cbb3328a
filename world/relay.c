/* What is remembered stands in an array, whose index travels as the packet's token; the message's
 * id tells whether an answer is for what stands there now. The answer to a charge has lost its
 * token, which a ledger uses itself: it is for the youngest charge of its message. Those under way
 * are linked from the oldest to the youngest, the free ones in a list. */
/* SPDX-License-Identifier: MIT */
#include "world/relay.h"

#include <stdlib.h>

#include "world/link.h"

#define NONE UINT32_MAX

static void clear(struct world_relay *relay)
{
    for (uint32_t i = 0; i < relay->capacity; i++) {
        relay->relayed[i] = (struct world_relayed){.next = i + 1 < relay->capacity ? i + 1 : NONE};
    }
    model_index_clear(&relay->newest);
    relay->count = 0;
    relay->oldest = NONE;
    relay->youngest = NONE;
    relay->free_head = 0;
    SIM_ASSERT(relay->capacity > 0);
}

void world_relay_init(struct world_relay *relay, struct world_node *node, uint32_t capacity)
{
    SIM_ASSERT(capacity > 0 && capacity < NONE);
    *relay = (struct world_relay){
        .node = node,
        .relayed = sim_allocate(capacity, sizeof(*relay->relayed)),
        .capacity = capacity,
        .forgotten = world_node_counter(node, "forgotten", "requests"),
    };
    model_index_init(&relay->newest);
    clear(relay);
}

void world_relay_finish(struct world_relay *relay)
{
    SIM_ASSERT(relay->node != NULL);
    model_index_finish(&relay->newest);
    free(relay->relayed);
    free(relay->targets);
}

bool world_relay_add_target(struct world_relay *relay, struct world_node *target, GError **error)
{
    struct world_node *end = NULL;

    SIM_ASSERT(!relay->node->world->started);
    if (!world_link_connect(relay->node, WORLD_SENDS_TO, target, &end, error)) {
        return false;
    }
    relay->targets = sim_grow(
        relay->targets, relay->target_count, relay->target_count + 1, sizeof(*relay->targets));
    relay->targets[relay->target_count++] = (struct world_relay_target){
        .node = target,
        .pipe = world_link_pipe(relay->node, target),
    };
    return true;
}

bool world_relay_set_target(struct world_relay *relay, struct world_node *target, GError **error)
{
    const struct world_node *node = relay->node;

    if (relay->target_count == 0) {
        return world_relay_add_target(relay, target, error);
    }
    SIM_ASSERT(relay->target_count == 1);
    g_set_error(
        error,
        WORLD_ERROR,
        WORLD_ERROR_ROUTE,
        "%s passes on to %s already: a %s has one target",
        node->path,
        relay->targets[0].node->path,
        node->type->name);
    return false;
}

bool world_relay_is_complete(const struct world_relay *relay, GError **error)
{
    const struct world_node *node = relay->node;

    SIM_ASSERT(node != NULL);
    if (relay->target_count == 0) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_ROUTE,
            "%s %s passes on to nobody: connect it with tb.connect(%s, ...)",
            node->type->name,
            node->path,
            node->type->name);
    }
    return relay->target_count > 0;
}

bool world_relay_is_request(enum world_packet_kind kind)
{
    SIM_ASSERT(kind > WORLD_PACKET_FREE && kind < WORLD_PACKET_KIND_COUNT);
    return kind == WORLD_PACKET_SEND || kind == WORLD_PACKET_CHARGE || kind == WORLD_PACKET_GET ||
           kind == WORLD_PACKET_PUT || kind == WORLD_PACKET_INVALIDATE ||
           kind == WORLD_PACKET_UPDATE || kind == WORLD_PACKET_RETRACT || kind == WORLD_PACKET_READ;
}

/* ---- what is remembered ---- */

/* The place of the youngest request for the message; or NONE. */
static uint32_t newest_of(const struct world_relay *relay, uint64_t message)
{
    uint32_t index;

    if (!model_index_find(&relay->newest, message, &index)) {
        return NONE;
    }
    SIM_ASSERT(relay->relayed[index].is_used && relay->relayed[index].message == message);
    return index;
}

static void release(struct world_relay *relay, uint32_t index)
{
    struct world_relayed *released = &relay->relayed[index];

    SIM_ASSERT(released->is_used && relay->count > 0);
    if (released->is_charge && newest_of(relay, released->message) == index) {
        model_index_remove(&relay->newest, released->message);
    }
    if (released->previous == NONE) {
        relay->oldest = released->next;
    } else {
        relay->relayed[released->previous].next = released->next;
    }
    if (released->next == NONE) {
        relay->youngest = released->previous;
    } else {
        relay->relayed[released->next].previous = released->previous;
    }
    *released = (struct world_relayed){.next = relay->free_head};
    relay->free_head = index;
    relay->count--;
}

/* A place for the youngest request; its owner fills in what the packet carried. */
static uint32_t take(struct world_relay *relay)
{
    if (relay->free_head == NONE) {
        relay->forgotten->value++;
        release(relay, relay->oldest);
    }
    uint32_t index = relay->free_head;
    struct world_relayed *taken = &relay->relayed[index];

    SIM_ASSERT(!taken->is_used);
    relay->free_head = taken->next;
    taken->is_used = true;
    taken->next = NONE;
    taken->previous = relay->youngest;
    if (relay->youngest == NONE) {
        relay->oldest = index;
    } else {
        relay->relayed[relay->youngest].next = index;
    }
    relay->youngest = index;
    relay->count++;
    return index;
}

/* ---- there and back ---- */

static void note_charge(struct world_relay *relay, uint32_t index)
{
    uint64_t message = relay->relayed[index].message;

    SIM_ASSERT(relay->relayed[index].is_charge);
    if (newest_of(relay, message) != NONE) {
        model_index_remove(&relay->newest, message);
    }
    model_index_insert(&relay->newest, message, index);
}

static void remember(struct world_relay *relay, uint32_t slot)
{
    struct world_packet *packet = &relay->node->world->packets.slots[slot];
    uint32_t index = take(relay);
    struct world_relayed *remembered = &relay->relayed[index];

    SIM_ASSERT(world_relay_is_request(packet->kind));
    remembered->message = packet->message.id;
    remembered->is_charge = packet->kind == WORLD_PACKET_CHARGE;
    remembered->lease = packet->lease;
    remembered->from = packet->from;
    remembered->broker = packet->broker;
    remembered->token = packet->token;
    packet->token = index;
    if (remembered->is_charge) {
        note_charge(relay, index);
    }
}

static void send_on(struct world_relay *relay, uint32_t slot, uint32_t target)
{
    struct world *world = relay->node->world;
    struct world_packet *packet = &world->packets.slots[slot];

    SIM_ASSERT(target < relay->target_count && relay->node->up);
    packet->from = world_node_end_point(relay->node);
    packet->to = world_node_end_point(relay->targets[target].node);
    world_link_send(world, slot, relay->targets[target].pipe, 0);
}

void world_relay_pass(struct world_relay *relay, uint32_t slot, uint32_t target)
{
    remember(relay, slot);
    send_on(relay, slot, target);
}

void world_relay_pass_under(
    struct world_relay *relay, uint32_t slot, uint32_t target, uint64_t token)
{
    SIM_ASSERT(token > 0);
    remember(relay, slot);
    relay->node->world->packets.slots[slot].lease =
        (struct world_lease){.queue = {.generation = token}};
    send_on(relay, slot, target);
}

/* The place of the request that the packet answers; or NONE. */
static uint32_t place_of(const struct world_relay *relay, const struct world_packet *packet)
{
    uint64_t message = packet->message.id;

    SIM_ASSERT(packet->to.node == relay->node->index);
    if (packet->token < relay->capacity && relay->relayed[packet->token].is_used &&
        relay->relayed[packet->token].message == message) {
        return packet->token;
    }
    return newest_of(relay, message);
}

bool world_relay_match(struct world_relay *relay, uint32_t slot)
{
    struct world_packet *packet = &relay->node->world->packets.slots[slot];
    uint32_t index = place_of(relay, packet);

    SIM_ASSERT(!world_relay_is_request(packet->kind));
    if (index == NONE) {
        return false;
    }
    const struct world_relayed *asked = &relay->relayed[index];
    packet->lease = asked->lease;
    packet->from = world_node_end_point(relay->node);
    packet->to = asked->from;
    packet->broker = asked->broker;
    packet->token = asked->token;
    release(relay, index);
    return true;
}

void world_relay_send_back(struct world_relay *relay, uint32_t slot)
{
    struct world *world = relay->node->world;
    const struct world_packet *packet = &world->packets.slots[slot];
    const struct world_node *to = world_node_at(world, packet->to.node);

    SIM_ASSERT(packet->from.node == relay->node->index);
    world_link_send(world, slot, world_link_pipe(relay->node, to), 0);
}

void world_relay_return(struct world_relay *relay, uint32_t slot)
{
    struct world_packets *packets = &relay->node->world->packets;

    SIM_ASSERT(packets->slots[slot].to.node == relay->node->index);
    if (world_relay_match(relay, slot)) {
        world_relay_send_back(relay, slot);
    } else {
        world_packets_free(packets, slot);
    }
}

void world_relay_forget(struct world_relay *relay, uint32_t slot)
{
    struct world_packets *packets = &relay->node->world->packets;

    SIM_ASSERT(packets->slots[slot].to.node == relay->node->index);
    (void)!world_relay_match(relay, slot);
    world_packets_free(packets, slot);
}

void world_relay_discard(struct world_relay *relay, uint32_t slot)
{
    struct world *world = relay->node->world;

    SIM_ASSERT(world->packets.slots[slot].to.node == relay->node->index);
    world_audit_lose(
        world->audit, &world->packets.slots[slot], WORLD_AUDIT_HAND_LOST, relay->node->index);
    world_packets_free(&world->packets, slot);
}

void world_relay_crash(struct world_relay *relay)
{
    clear(relay);
}

/* Returns how many are under way. */
static uint32_t check_under_way(const struct world_relay *relay)
{
    uint32_t count = 0;
    uint32_t previous = NONE;

    for (uint32_t i = relay->oldest; i != NONE; i = relay->relayed[i].next) {
        SIM_ASSERT(relay->relayed[i].is_used && relay->relayed[i].previous == previous);
        SIM_ASSERT(count < relay->capacity);
        previous = i;
        count++;
    }
    SIM_ASSERT(previous == relay->youngest);
    return count;
}

void world_relay_check(const struct world_relay *relay)
{
    uint32_t count = check_under_way(relay);

    SIM_ASSERT(count == relay->count && relay->newest.count <= count);
    SIM_ASSERT(relay->node->up || count == 0);
    for (uint32_t i = relay->free_head; i != NONE; i = relay->relayed[i].next) {
        SIM_ASSERT(!relay->relayed[i].is_used && count < relay->capacity);
        count++;
    }
    SIM_ASSERT(count == relay->capacity);
}
