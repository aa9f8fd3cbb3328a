/* An entry of the buffer waits in line for the window, is under way until its deadline, or backs
 * off until its timer has it sent again. All deadlines are equally far, so the line of those under
 * way needs one alarm. The packet carries the entry's index as its token, and the message's id
 * tells whether the answer is for what the entry holds now. */
/* SPDX-License-Identifier: MIT */
#include "world/invariant.h"
#include "world/link.h"
#include "world/producer_state.h"

static struct world_held *held_at(const world_producer *producer, uint32_t index)
{
    SIM_ASSERT(index < producer->out->buffer.capacity);
    return &producer->out->buffer.held[index];
}

/* ---- sending ---- */

static void transmit(world_producer *producer, uint32_t index)
{
    struct world *world = producer->node.world;
    uint32_t slot = world_packets_take(&world->packets, WORLD_PACKET_SEND);
    struct world_packet *packet = &world->packets.slots[slot];
    struct world_held *held = held_at(producer, index);

    SIM_ASSERT(producer->node.up);
    packet->message = held->message;
    packet->from = world_node_end_point(&producer->node);
    packet->to = world_node_end_point(producer->route.broker);
    packet->token = index;
    packet->sendings = held->sendings;

    held->sendings = (uint16_t)MIN(held->sendings + 1, UINT16_MAX);
    producer->out->counters.sent->value++;
    sim_time timeout = world_node_wait(&producer->node, producer->config->timeout);
    producer->out->deadline_last =
        MAX(producer->out->deadline_last, world_time_after(world->run.now, timeout));
    world_buffer_sent(&producer->out->buffer, index, producer->out->deadline_last);
    world_alarm_set(&producer->out->deadline, held->deadline);
    world_link_send(world, slot, producer->route.pipe, 0);
}

/* Doubles with each sending up to its maximum; between half of that and all of it, at random, so
 * that a crowd does not come back as one. */
static sim_time backoff(const world_producer *producer, const struct world_held *held)
{
    sim_time delay = producer->config->backoff_first;

    for (uint32_t i = 1; i < held->sendings && delay < producer->config->backoff_max; i++) {
        delay =
            delay > producer->config->backoff_max / 2 ? producer->config->backoff_max : 2 * delay;
    }

    struct sim_stream stream =
        sim_stream_of(&producer->out->backoff, model_message_sequence(held->message.id));
    stream.counter += held->sendings;
    sim_time jitter = (sim_time)sim_stream_below(&stream, (uint64_t)delay / 2 + 1);
    SIM_ASSERT(jitter <= delay);
    return delay - jitter;
}

static void send_again(void *context, uint64_t payload)
{
    world_producer *producer = context;

    SIM_ASSERT(held_at(producer, (uint32_t)payload)->state == WORLD_HELD_APART);
    producer->out->counters.resent->value++;
    transmit(producer, (uint32_t)payload);
}

static void back_off(world_producer *producer, uint32_t index)
{
    struct world_held *held = held_at(producer, index);

    SIM_ASSERT(held->state == WORLD_HELD_APART);
    sim_time delay = world_node_wait(&producer->node, backoff(producer, held));
    held->timer = sim_run_after(&producer->node.world->run, delay, send_again, producer, index);
}

void world_producer_time_out(void *context)
{
    world_producer *producer = context;
    uint32_t index =
        world_buffer_next_overdue(&producer->out->buffer, world_producer_now(producer));

    while (index != WORLD_BUFFER_NONE) {
        world_route_silence(
            &producer->route,
            &producer->node,
            held_at(producer, index)->deadline,
            producer->config->timeout);
        back_off(producer, index);
        index = world_buffer_next_overdue(&producer->out->buffer, world_producer_now(producer));
    }
    world_alarm_set(&producer->out->deadline, world_buffer_next_deadline(&producer->out->buffer));
}

static bool may_send(const world_producer *producer)
{
    const struct world_buffer *buffer = &producer->out->buffer;

    SIM_ASSERT(buffer->waiting_count <= buffer->count);
    return buffer->waiting_count > 0 && producer->out->linger.time == SIM_NEVER &&
           buffer->count - buffer->waiting_count < producer->config->window;
}

/* An answer that comes at once asks for more to be sent: it will be, by the loop under way. */
static void send_waiting(world_producer *producer)
{
    if (producer->is_sending) {
        return;
    }
    producer->is_sending = true;
    while (may_send(producer)) {
        transmit(producer, world_buffer_next_waiting(&producer->out->buffer));
    }
    producer->is_sending = false;
    SIM_ASSERT(
        producer->out->buffer.count - producer->out->buffer.waiting_count <=
        producer->config->window);
}

/* A message has come to wait: have it sent when its time to linger is over, or at once. */
static void linger(world_producer *producer)
{
    SIM_ASSERT(producer->out->buffer.waiting_count > 0);
    if (producer->config->linger > 0) {
        sim_time linger_for = world_node_wait(&producer->node, producer->config->linger);
        world_alarm_set(
            &producer->out->linger, world_time_after(world_producer_now(producer), linger_for));
    }
    send_waiting(producer);
}

void world_producer_stop_lingering(void *context)
{
    world_producer *producer = context;

    SIM_ASSERT(producer->config->linger > 0);
    send_waiting(producer);
}

/* ---- arrivals ---- */

/* Nothing lies between the producer and its queue: the message is sent and answered in one call,
 * without ever being in the buffer; or WORLD_OFFER_LATER. */
static enum world_offer offer(world_producer *producer, const struct model_message *message)
{
    const struct world_buffer *buffer = &producer->out->buffer;
    struct world_node *broker = producer->route.broker;

    SIM_ASSERT(buffer->count < producer->config->buffer);
    if (broker->type->offer == NULL || producer->config->linger > 0 || buffer->waiting_count > 0 ||
        buffer->count >= producer->config->window ||
        !world_link_is_call(producer->route.pipe, broker)) {
        return WORLD_OFFER_LATER;
    }
    enum world_offer answer = broker->type->offer(broker, message);
    if (answer != WORLD_OFFER_LATER) {
        world_link_count_call(producer->route.pipe->link, 2);
        sim_gauge_touch(producer->out->counters.held, buffer->count + 1);
        producer->out->counters.sent->value++;
    }
    return answer;
}

/* The buffer takes the message, to send it, or to send it again. */
static void keep(world_producer *producer, const struct model_message *message, bool was_offered)
{
    uint32_t index = world_buffer_take(&producer->out->buffer);
    struct world_held *held = held_at(producer, index);

    SIM_ASSERT(held->state == WORLD_HELD_APART);
    held->message = *message;
    held->sendings = was_offered;
    world_producer_note_held(producer);
    if (was_offered) {
        back_off(producer, index);
    } else {
        world_buffer_wait(&producer->out->buffer, index);
        linger(producer);
    }
}

static void send(world_producer *producer, const struct model_message *message)
{
    enum world_offer answer = offer(producer, message);

    SIM_ASSERT(answer <= WORLD_OFFER_REFUSED);
    if (answer == WORLD_OFFER_CONFIRMED) {
        producer->out->counters.confirmed->value++;
    } else if (answer == WORLD_OFFER_REFUSED) {
        producer->out->counters.refused->value++;
    } else {
        keep(producer, message, answer == WORLD_OFFER_FULL);
    }
}

static void take_in(
    world_producer *producer, uint64_t id, const struct sim_recording_entry *recorded)
{
    struct world *world = producer->node.world;
    sim_time born = recorded == NULL ? world->run.now : recorded->time;

    world_audit_taken_in(world->audit, id, producer->node.index);
    struct model_message message = world_recipe_compose(&producer->out->recipe, id, born);
    if (recorded != NULL) {
        world_recipe_record(&message, recorded);
    }
    world_rewrites_apply(&producer->rewrites, &message);
    SIM_ASSERT(message.id == id);
    world_trace_content(world, producer->node.index, &message);
    if (world->invariants != NULL) {
        world_invariant_born(world, &message);
    }
    send(producer, &message);
}

void world_producer_arrive(void *context, const struct sim_recording_entry *recorded)
{
    world_producer *producer = context;
    world_audit *audit = producer->node.world->audit;

    if (__builtin_expect(producer->out == NULL, 0)) {
        world_producer_open(producer);
    }
    uint64_t id = model_message_id(producer->node.index, producer->out->counters.arrived->value++);

    if (!producer->node.up) {
        producer->out->counters.turned_away->value++;
        world_audit_report(audit, WORLD_AUDIT_TURNED_AWAY, id, producer->node.index);
    } else if (producer->out->buffer.count == producer->config->buffer) {
        producer->out->counters.refused->value++;
        world_audit_report(audit, WORLD_AUDIT_REFUSED, id, producer->node.index);
    } else {
        take_in(producer, id, recorded);
    }
    SIM_ASSERT(producer->is_sending == false);
}

/* ---- answers ---- */

/* Takes the message that the answer is for out of its line, or cancels its timer; returns false
 * when it has been answered before. */
static bool take_answered(world_producer *producer, const struct world_packet *packet)
{
    const struct world_held *held = held_at(producer, packet->token);

    if (held->message.id != packet->message.id) {
        return false;
    }
    if (held->state == WORLD_HELD_UNDER_WAY) {
        world_buffer_answered(&producer->out->buffer, packet->token);
        return true;
    }
    if (held->state == WORLD_HELD_APART) {
        bool was_pending = sim_fel_cancel(producer->node.world->run.fel, held->timer);
        SIM_ASSERT(was_pending);
        return true;
    }
    return false;
}

static void answered(world_producer *producer, const struct world_packet *packet)
{
    if (!take_answered(producer, packet)) {
        return;
    }
    if (packet->kind == WORLD_PACKET_REDIRECT &&
        world_route_redirect(&producer->route, &producer->node, packet)) {
        send_again(producer, packet->token);
        return;
    }
    if (packet->kind == WORLD_PACKET_FULL || packet->kind == WORLD_PACKET_REDIRECT) {
        back_off(producer, packet->token);
        return;
    }
    SIM_ASSERT(packet->kind == WORLD_PACKET_CONFIRM || packet->kind == WORLD_PACKET_REFUSE);
    struct sim_counter *outcome = packet->kind == WORLD_PACKET_CONFIRM
                                      ? producer->out->counters.confirmed
                                      : producer->out->counters.refused;
    outcome->value++;
    world_buffer_release(&producer->out->buffer, packet->token);
    world_producer_note_held(producer);
    send_waiting(producer);
}

void world_producer_receive(struct world_node *node, uint32_t slot)
{
    const struct world_packet *answer = &node->world->packets.slots[slot];

    SIM_ASSERT(answer->kind != WORLD_PACKET_FREE);
    answered(world_producer_of(node), answer);
    world_packets_free(&node->world->packets, slot);
}
