/* How a spool lets messages pass, stores them, and sends what it has. What is in it is held in a
 * buffer of the kind that producers have: apart until the journal has it, then in line, then under
 * way until it is answered. Each record of the journal is one message, so a position names one. */
/* SPDX-License-Identifier: MIT */
#include "world/link.h"
#include "world/producer.h"
#include "world/spool_state.h"

static struct world_packet *packet_at(const world_spool *spool, uint32_t slot)
{
    SIM_ASSERT(slot < spool->node.world->packets.capacity);
    return &spool->node.world->packets.slots[slot];
}

void world_spool_note(world_spool *spool)
{
    SIM_ASSERT(spool->index.count == spool->buffer.count);
    sim_gauge_set(spool->counters.held, spool->buffer.count, world_spool_now(spool));
}

/* ---- what is held ---- */

void world_spool_close(world_spool *spool, uint64_t position)
{
    const struct model_store *store = world_durable_store(&spool->durable);

    SIM_ASSERT(position > 0);
    store->release(store->context, world_positions_close(&spool->open, position));
}

uint32_t world_spool_hold(
    world_spool *spool, const struct model_message *message, uint64_t position)
{
    uint32_t index = world_buffer_take(&spool->buffer);

    if (index >= spool->position_count) {
        uint32_t count = spool->buffer.capacity;
        spool->positions =
            sim_grow(spool->positions, spool->position_count, count, sizeof(*spool->positions));
        spool->position_count = count;
    }
    SIM_ASSERT(index < spool->position_count);
    spool->buffer.held[index].message = *message;
    spool->buffer.held[index].sendings = 0;
    spool->positions[index] = position;
    model_index_insert(&spool->index, message->id, index);
    world_positions_open(&spool->open, position);
    return index;
}

/* Of one that is apart. */
static void let_go(world_spool *spool, uint32_t index)
{
    model_index_remove(&spool->index, spool->buffer.held[index].message.id);
    world_buffer_release(&spool->buffer, index);
    world_spool_close(spool, spool->positions[index]);
    world_spool_note(spool);
    SIM_ASSERT(spool->index.count == spool->buffer.count);
}

/* ---- sending what is there ---- */

/* Later than the deadline of every one sent before. */
static sim_time deadline_of(world_spool *spool, uint16_t sendings)
{
    sim_time timeout = spool->config.timeout;

    for (uint16_t i = 1; i < sendings && timeout < spool->config.timeout_max; i++) {
        timeout = MIN(2 * timeout, spool->config.timeout_max);
    }
    SIM_ASSERT(timeout > 0);
    spool->deadline_last =
        MAX(spool->deadline_last, world_time_after(world_spool_now(spool), timeout));
    return spool->deadline_last;
}

/* Of one that is apart. */
static void transmit(world_spool *spool, uint32_t index)
{
    struct world *world = spool->node.world;
    uint32_t slot = world_packets_take(&world->packets, WORLD_PACKET_SEND);
    struct world_packet *packet = packet_at(spool, slot);
    struct world_held *held = &spool->buffer.held[index];

    SIM_ASSERT(spool->node.up && spool->target != NULL);
    packet->message = held->message;
    packet->from = world_node_end_point(&spool->node);
    packet->to = world_node_end_point(spool->target);
    packet->token = index;
    packet->sendings = held->sendings;
    (held->sendings == 0 ? spool->counters.sent : spool->counters.resent)->value++;
    held->sendings = (uint16_t)MIN(held->sendings + 1, UINT16_MAX);
    world_buffer_sent(&spool->buffer, index, deadline_of(spool, held->sendings));
    world_alarm_set(&spool->alarm, held->deadline);
    world_link_send(world, slot, spool->pipe, 0);
}

static bool may_send(const world_spool *spool)
{
    const struct world_buffer *buffer = &spool->buffer;

    SIM_ASSERT(buffer->waiting_count + spool->storing.count <= buffer->count);
    return buffer->waiting_count > 0 &&
           buffer->count - buffer->waiting_count - spool->storing.count < spool->config.window;
}

/* An answer that comes at once asks for more to be sent: it will be, by the loop under way. */
void world_spool_send_waiting(world_spool *spool)
{
    if (spool->is_sending) {
        return;
    }
    spool->is_sending = true;
    while (may_send(spool)) {
        transmit(spool, world_buffer_next_waiting(&spool->buffer));
    }
    spool->is_sending = false;
    SIM_ASSERT(!may_send(spool));
}

static void send_overdue(world_spool *spool)
{
    uint32_t index = world_buffer_next_overdue(&spool->buffer, world_spool_now(spool));

    while (index != WORLD_BUFFER_NONE) {
        transmit(spool, index);
        index = world_buffer_next_overdue(&spool->buffer, world_spool_now(spool));
    }
    world_alarm_set(&spool->alarm, world_buffer_next_deadline(&spool->buffer));
    SIM_ASSERT(world_alarm_is_in_time(&spool->alarm, world_buffer_next_deadline(&spool->buffer)));
}

/* The payload is the life of the node that the deadline belongs to. */
static void wake_late(void *context, uint64_t payload)
{
    world_spool *spool = context;

    SIM_ASSERT(payload <= spool->node.incarnation);
    if (payload == spool->node.incarnation &&
        !world_node_postpones(&spool->node, wake_late, spool, payload)) {
        send_overdue(spool);
    }
}

void world_spool_wake(void *context)
{
    const world_spool *spool = context;

    SIM_ASSERT(spool->node.up);
    wake_late(context, spool->node.incarnation);
}

/* An answer to an earlier sending is as good as one to this; "full" is none, and the deadline has
 * it sent again. */
static void answered(world_spool *spool, const struct world_packet *packet)
{
    bool is_end = packet->kind == WORLD_PACKET_CONFIRM || packet->kind == WORLD_PACKET_REFUSE;

    if (!is_end || packet->token >= spool->buffer.capacity) {
        return;
    }
    const struct world_held *held = &spool->buffer.held[packet->token];
    if (held->state != WORLD_HELD_UNDER_WAY || held->message.id != packet->message.id) {
        return;
    }
    world_buffer_answered(&spool->buffer, packet->token);
    spool->counters.delivered->value += packet->kind == WORLD_PACKET_CONFIRM;
    let_go(spool, packet->token);
    world_spool_send_waiting(spool);
    SIM_ASSERT(spool->node.up);
}

/* ---- storing what comes ---- */

/* The journal has it: the sender may forget it. */
static void confirm(world_spool *spool, uint32_t slot)
{
    struct world *world = spool->node.world;
    const struct world_packet *packet = packet_at(spool, slot);
    uint32_t index;
    bool is_held = model_index_find(&spool->index, packet->message.id, &index);

    SIM_ASSERT(is_held && spool->buffer.held[index].state == WORLD_HELD_APART);
    world_buffer_wait(&spool->buffer, index);
    if (spool->config.accepts) {
        world_audit_report(
            world->audit, WORLD_AUDIT_ACCEPTED, packet->message.id, spool->node.index);
    }
    world_link_answer(world, slot, WORLD_PACKET_CONFIRM, 0);
}

void world_spool_committed(struct world_node *node, uint64_t position)
{
    world_spool *spool = world_spool_of(node);
    struct world_waiting first;

    while (world_fifo_first(&spool->storing, &first) && first.position <= position) {
        bool popped = world_fifo_pop(&spool->storing, &first);
        SIM_ASSERT(popped);
        confirm(spool, first.slot);
    }
    world_spool_send_waiting(spool);
}

static void store(world_spool *spool, uint32_t slot)
{
    const struct model_store *journal = world_durable_store(&spool->durable);
    const struct model_message message = packet_at(spool, slot)->message;
    uint64_t position = journal->append(journal->context, &message, sizeof(message));

    SIM_ASSERT(spool->buffer.count < spool->config.capacity);
    (void)world_spool_hold(spool, &message, position);
    spool->counters.stored->value++;
    world_spool_note(spool);
    world_fifo_push(&spool->storing, (struct world_waiting){.position = position, .slot = slot});
    world_durable_pump(&spool->durable);
    if (spool->durable.journal != NULL) {
        world_spool_committed(&spool->node, spool->durable.committed);
    }
}

/* Is there something that cannot go on? What is stored and sent once is no trouble: else nothing
 * would ever pass again where messages come faster than the disk syncs. */
static bool is_in_trouble(const struct world_spool *spool)
{
    const struct world_buffer *buffer = &spool->buffer;
    uint32_t first = buffer->under_way.head;

    SIM_ASSERT(buffer->count > 0 || (buffer->waiting_count == 0 && first == WORLD_BUFFER_NONE));
    return buffer->waiting_count > 0 ||
           (first != WORLD_BUFFER_NONE && buffer->held[first].sendings > 1);
}

/* Counts why, when the message is to be stored. */
static bool is_to_store(world_spool *spool, const struct world_packet *packet)
{
    const struct world_spool_config *config = &spool->config;
    struct world_node *sender = world_node_at(spool->node.world, packet->from.node);
    struct sim_counter *why = NULL;

    if (is_in_trouble(spool)) {
        why = spool->counters.behind;
    } else if (world_spool_now(spool) - packet->message.born >= config->age) {
        why = spool->counters.by_age;
    } else if (config->size > 0 && world_producer_held((world_producer *)sender) >= config->size) {
        why = spool->counters.by_size;
    }
    SIM_ASSERT(world_spool_now(spool) >= packet->message.born);
    if (why != NULL) {
        why->value++;
    }
    return why != NULL;
}

static void pass(world_spool *spool, uint32_t slot)
{
    SIM_ASSERT(spool->target != NULL);
    spool->counters.passed->value++;
    packet_at(spool, slot)->to = world_node_end_point(spool->target);
    world_link_send(spool->node.world, slot, spool->pipe, 0);
}

/* It is here already: the answer is under way, unless it was lost. */
static void take_again(world_spool *spool, uint32_t slot, uint32_t index)
{
    struct world *world = spool->node.world;

    SIM_ASSERT(spool->buffer.held[index].state != WORLD_HELD_FREE);
    if (spool->positions[index] <= spool->durable.committed) {
        world_link_answer(world, slot, WORLD_PACKET_CONFIRM, 0);
    } else {
        world_packets_free(&world->packets, slot);
    }
}

void world_spool_receive(struct world_node *node, uint32_t slot)
{
    world_spool *spool = world_spool_of(node);
    const struct world_packet *packet = packet_at(spool, slot);
    uint32_t index;

    SIM_ASSERT(node->up);
    if (packet->kind != WORLD_PACKET_SEND) {
        answered(spool, packet);
        world_packets_free(&node->world->packets, slot);
    } else if (model_index_find(&spool->index, packet->message.id, &index)) {
        take_again(spool, slot, index);
    } else if (!is_to_store(spool, packet)) {
        pass(spool, slot);
    } else if (spool->buffer.count >= spool->config.capacity) {
        spool->counters.full->value++;
        world_link_answer(node->world, slot, WORLD_PACKET_FULL, 0);
    } else {
        store(spool, slot);
    }
}
