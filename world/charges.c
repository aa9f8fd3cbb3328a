/* All wait equally long, so those under way are in the order of their deadlines. */
/* SPDX-License-Identifier: MIT */
#include "world/charges.h"

#include <stdlib.h>

#include "world/link.h"

static sim_time now_of(const struct world_charges *charges)
{
    return charges->node->world->run.now;
}

static void wait(struct world_charges *charges, uint32_t index)
{
    sim_time deadline = world_time_after(now_of(charges), charges->timeout);

    SIM_ASSERT(index < charges->copy_count);
    world_buffer_sent(&charges->buffer, index, deadline);
    world_alarm_set(&charges->alarm, deadline);
}

static void ask_again(struct world_charges *charges, uint32_t index)
{
    struct world *world = charges->node->world;
    uint32_t slot = world_packets_take(&world->packets, WORLD_PACKET_CHARGE);
    struct world_packet *packet = &world->packets.slots[slot];
    struct world_packet *copy = &charges->copies[index];

    SIM_ASSERT(charges->node->up && copy->kind == WORLD_PACKET_CHARGE);
    copy->sendings = (uint16_t)MIN(copy->sendings + 1, UINT16_MAX);
    copy->to = world_node_end_point(world_node_at(world, copy->to.node)); /* in its present life */
    *packet = *copy;
    charges->repeated->value++;
    wait(charges, index);
    world_link_send(world, slot, copy->pipe, 0);
}

/* The payload is the life of the node that the deadline belongs to. */
static void wake_late(void *context, uint64_t payload)
{
    struct world_charges *charges = context;
    uint32_t index;

    if (payload != charges->node->incarnation ||
        world_node_postpones(charges->node, wake_late, charges, payload)) {
        return;
    }
    SIM_ASSERT(charges->node->up);
    index = world_buffer_next_overdue(&charges->buffer, now_of(charges));
    while (index != WORLD_BUFFER_NONE) {
        ask_again(charges, index);
        index = world_buffer_next_overdue(&charges->buffer, now_of(charges));
    }
    world_alarm_set(&charges->alarm, world_buffer_next_deadline(&charges->buffer));
}

static void wake(void *context)
{
    const struct world_charges *charges = context;

    SIM_ASSERT(charges->alarm.time == SIM_NEVER);
    wake_late(context, charges->node->incarnation);
}

void world_charges_init(struct world_charges *charges, struct world_node *node, sim_time timeout)
{
    SIM_ASSERT(timeout > 0);
    *charges = (struct world_charges){
        .node = node,
        .timeout = timeout,
        .repeated = world_node_counter(node, "asked_again", "messages"),
    };
    world_buffer_init(&charges->buffer, WORLD_BUFFER_NONE - 1);
    model_index_init(&charges->index);
    world_alarm_init(&charges->alarm, &node->world->run, wake, charges);
}

void world_charges_finish(struct world_charges *charges)
{
    SIM_ASSERT(charges->node != NULL);
    world_buffer_finish(&charges->buffer);
    model_index_finish(&charges->index);
    free(charges->copies);
}

/* The place of the message, which is remembered no longer; or WORLD_BUFFER_NONE. */
static uint32_t forget(struct world_charges *charges, uint64_t message)
{
    uint32_t index;

    if (!model_index_find(&charges->index, message, &index)) {
        return WORLD_BUFFER_NONE;
    }
    SIM_ASSERT(charges->copies[index].message.id == message);
    model_index_remove(&charges->index, message);
    world_buffer_answered(&charges->buffer, index);
    world_buffer_release(&charges->buffer, index);
    return index;
}

bool world_charges_answered(struct world_charges *charges, uint32_t slot)
{
    struct world_packet *answer = &charges->node->world->packets.slots[slot];
    uint32_t index = forget(charges, answer->message.id);

    SIM_ASSERT(answer->kind == WORLD_PACKET_CHARGED);
    if (index == WORLD_BUFFER_NONE) {
        return false;
    }
    answer->lease = charges->copies[index].lease;
    answer->broker = charges->copies[index].broker;
    answer->group = charges->copies[index].group;
    return true;
}

void world_charges_add(struct world_charges *charges, uint32_t slot, struct world_pipe *pipe)
{
    const struct world_packet packet = charges->node->world->packets.slots[slot];

    SIM_ASSERT(packet.kind == WORLD_PACKET_CHARGE && packet.from.node == charges->node->index);
    (void)forget(charges, packet.message.id);
    uint32_t index = world_buffer_take(&charges->buffer);
    if (index >= charges->copy_count) {
        charges->copies = sim_grow(
            charges->copies,
            charges->copy_count,
            charges->buffer.capacity,
            sizeof(*charges->copies));
        charges->copy_count = charges->buffer.capacity;
    }
    charges->copies[index] = packet;
    charges->copies[index].pipe = pipe;
    model_index_insert(&charges->index, packet.message.id, index);
    wait(charges, index);
}

void world_charges_clear(struct world_charges *charges)
{
    world_buffer_clear(&charges->buffer);
    model_index_clear(&charges->index);
    world_alarm_cancel(&charges->alarm);
    SIM_ASSERT(charges->buffer.count == 0);
}

void world_charges_visit(
    const struct world_charges *charges, world_message_fn *visit, void *context)
{
    SIM_ASSERT(charges->index.count == charges->buffer.count);
    for (uint32_t i = 0; i < charges->buffer.capacity; i++) {
        if (charges->buffer.held[i].state != WORLD_HELD_FREE) {
            visit(context, &charges->copies[i].message);
        }
    }
}

void world_charges_check(const struct world_charges *charges)
{
    world_buffer_check(&charges->buffer);
    world_alarm_check(&charges->alarm);
    SIM_ASSERT(charges->index.count == charges->buffer.count);
    SIM_ASSERT(charges->buffer.waiting_count == 0);
    SIM_ASSERT(
        charges->node->is_paused ||
        world_alarm_is_in_time(&charges->alarm, world_buffer_next_deadline(&charges->buffer)));
}
