/* The one server is a time: `idle_at`. An operation that arrives is given its turn there, and one
 * event at its end carries it out, so operations are served in the order of their arrival; one that
 * neither waits nor takes time is carried out at once. After each, the outbox is worked off,
 * waiting messages are pushed to the subscribers, and the one timer is set to the queue's next
 * deadline. What is sent meanwhile may arrive meanwhile, and bring another operation: it is carried
 * out, and the settling that is under way settles it too.
 *
 * The packet of a send waits in a FIFO until its message is confirmed, in the order of the sends,
 * and goes back as the confirmation. Where nothing takes time, a send is a call without a packet.
 */
/* SPDX-License-Identifier: MIT */
#include "world/broker_state.h"
#include "world/draw.h"
#include "world/invariant.h"
#include "world/link.h"

/* The server takes on one more operation, for a time drawn by its message. Returns the delay until
 * it is done. */
static sim_time take_turn(world_broker *broker, const struct world_packet *packet)
{
    if (broker->is_instant) {
        return 0;
    }
    sim_time duration = sim_dist_draw_time_of(
        &broker->config.operation,
        &broker->operation,
        world_draw_packet(broker->node.world, packet));
    duration = world_node_work(&broker->node, duration);
    broker->idle_at = world_time_after(MAX(broker->idle_at, world_broker_now(broker)), duration);
    broker->counters.busy->value += (uint64_t)duration;
    return broker->idle_at - world_broker_now(broker);
}

void world_broker_promise(const world_broker *broker, uint64_t message)
{
    world_audit *audit = broker->node.world->audit;
    uint32_t group_count = broker->config.hosted.group_count;

    world_audit_accepted(audit, message, broker->node.index);
    if (group_count > 1) {
        world_audit_address(audit, message, group_count);
    }
    SIM_ASSERT(group_count <= WORLD_GROUPS_MAX);
}

/* ---- what an operation caused ---- */

static void accept_message(world_broker *broker, const struct model_message *message)
{
    SIM_ASSERT(broker->queue != NULL);
    broker->counters.accepted->value++;
    world_broker_promise(broker, message->id);
    if (broker->node.world->invariants != NULL) {
        world_invariant_accepted(broker->node.world, message);
    }
}

static void confirm(world_broker *broker, uint64_t id)
{
    struct world_waiting waiting;

    if (broker->offered != NULL) {
        SIM_ASSERT(broker->offered->id == id && broker->unconfirmed.count == 0);
        accept_message(broker, broker->offered);
        broker->offered = NULL;
        return;
    }
    bool popped = world_fifo_pop(&broker->unconfirmed, &waiting);
    SIM_ASSERT(popped && world_broker_packet(broker, waiting.slot)->message.id == id);
    accept_message(broker, &world_broker_packet(broker, waiting.slot)->message);
    world_link_answer(broker->node.world, waiting.slot, WORLD_PACKET_CONFIRM, 0);
}

static void act_on(world_broker *broker, const struct model_notice *notice)
{
    switch (notice->kind) {
    case MODEL_SEND_CONFIRMED:
        confirm(broker, notice->id);
        break;
    case MODEL_DEAD:
        broker->counters.dead->value++;
        world_broker_report(broker, WORLD_AUDIT_DEAD, notice->id);
        break;
    case MODEL_DROPPED:
        broker->counters.dropped->value++;
        world_broker_report(broker, WORLD_AUDIT_DROPPED, notice->id);
        break;
    case MODEL_CONFLATED:
        broker->counters.conflated->value++;
        world_audit_pass_over(
            broker->node.world->audit, notice->id, notice->group, broker->node.index);
        break;
    case MODEL_STORE:
        world_durable_pump(&broker->durable);
        break;
    case MODEL_READY:
        broker->is_stuck = false;
        break;
    case MODEL_REDELIVERED: /* counted when it is delivered again */
    case MODEL_ACK_CONFIRMED:
    case MODEL_ROOM: /* senders come again by themselves */
        break;
    }
    SIM_ASSERT(notice->kind <= MODEL_STORE);
}

static void deliver(
    world_broker *broker,
    const struct world_subscriber *subscriber,
    const struct world_delivery *delivery)
{
    struct world *world = broker->node.world;
    uint32_t slot =
        world_packets_take_with(&world->packets, WORLD_PACKET_DELIVER, &delivery->message);
    struct world_packet *packet = world_broker_packet(broker, slot);

    packet->lease = delivery->lease;
    packet->group = (uint8_t)delivery->group;
    packet->from = world_node_end_point(&broker->node);
    packet->to = subscriber->end;
    packet->broker = packet->from;
    packet->sendings = delivery->message.attempt;
    packet->is_sole = broker->lets_go;
    broker->counters.delivered->value++;
    broker->counters.redelivered->value += delivery->message.attempt > 1;
    SIM_ASSERT(delivery->message.attempt >= 1);
    world_trace(world, WORLD_TRACE_DELIVERY, subscriber->end.node, delivery->message.id);
    world_link_send(world, slot, subscriber->pipe, take_turn(broker, packet));
}

/* One message to the subscriber whose turn it is, or to the next that may have one. */
static bool push_one(world_broker *broker)
{
    struct world_delivery delivery;

    delivery.is_last = false;
    for (uint32_t i = 0; i < broker->subscribers.list->len; i++) {
        const struct world_subscriber *subscriber = world_subscribers_next(&broker->subscribers);
        if (broker->queue->type->receive(
                broker->queue,
                subscriber->consumer,
                world_broker_clock(broker),
                &delivery,
                &broker->outbox)) {
            broker->is_stuck = delivery.is_last;
            deliver(broker, subscriber, &delivery);
            return true;
        }
    }
    SIM_ASSERT(broker->outbox.count == 0);
    broker->is_stuck = broker->queue->type->tells_ready;
    return false;
}

/* Works off the outbox, which may grow meanwhile; a disk that fails takes the broker down. */
static void work_off(world_broker *broker)
{
    struct model_outbox *outbox = &broker->outbox;

    for (uint32_t i = 0; i < outbox->count && broker->queue != NULL; i++) {
        struct model_notice notice = outbox->notices[i];
        act_on(broker, &notice);
    }
    model_outbox_clear(outbox);
    SIM_ASSERT(outbox->count == 0);
}

/* The queue's next deadline is by the broker's clock, the alarm by virtual time. */
static void set_alarm(world_broker *broker)
{
    sim_time deadline = broker->queue->type->next_deadline(broker->queue);

    world_alarm_set(&broker->alarm, world_node_when(&broker->node, deadline));
}

void world_broker_settle(world_broker *broker)
{
    if (broker->is_settling) {
        return;
    }
    broker->is_settling = true;
    do {
        work_off(broker);
    } while (broker->queue != NULL && !broker->is_stuck && push_one(broker));
    broker->is_settling = false;
    if (broker->queue != NULL) {
        uint64_t depth = broker->queue->type->depth(broker->queue);
        sim_gauge_set(broker->counters.depth, (int64_t)depth, world_broker_now(broker));
        set_alarm(broker);
    }
    SIM_ASSERT(broker->outbox.count == 0);
}

/* ---- time ---- */

static void expire(world_broker *broker)
{
    SIM_ASSERT(broker->queue != NULL);
    broker->is_stuck = false;
    broker->queue->type->expire(broker->queue, world_broker_clock(broker), &broker->outbox);
    world_broker_settle(broker);
}

/* The payload is the life that the deadline belongs to. */
static void expire_late(void *context, uint64_t payload)
{
    world_broker *broker = context;

    SIM_ASSERT(payload <= broker->node.incarnation);
    if (payload == broker->node.incarnation &&
        !world_node_postpones(&broker->node, expire_late, broker, payload)) {
        expire(broker);
    }
}

void world_broker_deadline(void *context)
{
    world_broker *broker = context;

    SIM_ASSERT(broker->queue != NULL);
    if (!world_node_postpones(&broker->node, expire_late, broker, broker->node.incarnation)) {
        expire(broker);
    }
}

/* Leases may end earlier now than the alarm is set for. */
void world_broker_clock_changed(struct world_node *node)
{
    world_broker *broker = world_broker_of(node);

    SIM_ASSERT(broker->queue != NULL && !broker->is_settling);
    set_alarm(broker);
}

/* The journal's word: a queue in memory gets none. */
void world_broker_committed(struct world_node *node, uint64_t position)
{
    world_broker *broker = world_broker_of(node);

    SIM_ASSERT(broker->config.durable && broker->queue != NULL);
    broker->is_stuck = false;
    broker->queue->type->committed(
        broker->queue, position, world_broker_clock(broker), &broker->outbox);
    world_broker_settle(broker);
}

bool world_broker_replay(world_broker *broker, uint32_t group, sim_time since)
{
    SIM_ASSERT(broker->config.hosted.model == WORLD_QUEUE_PUBLISH_SUBSCRIBE);
    if (broker->queue == NULL || !broker->node.up) {
        return false;
    }
    world_queue_replay(broker->queue, group, since, world_broker_clock(broker), &broker->outbox);
    world_broker_settle(broker);
    return true;
}

/* ---- operations ---- */

static void serve_send(world_broker *broker, uint32_t slot)
{
    struct world *world = broker->node.world;
    const struct world_packet *packet = world_broker_packet(broker, slot);

    SIM_ASSERT(packet->kind == WORLD_PACKET_SEND);
    switch (broker->queue->type->send(
        broker->queue, &packet->message, world_broker_clock(broker), &broker->outbox)) {
    case MODEL_SENT:
        world_fifo_push(&broker->unconfirmed, (struct world_waiting){.slot = slot});
        break;
    case MODEL_SEND_DROPPED:
        world_broker_report(broker, WORLD_AUDIT_ACCEPTED, packet->message.id);
        world_link_answer(world, slot, WORLD_PACKET_CONFIRM, 0);
        break;
    case MODEL_SEND_FULL:
        broker->counters.full->value++;
        world_link_answer(world, slot, WORLD_PACKET_FULL, 0);
        break;
    case MODEL_SEND_REFUSED:
    case MODEL_SEND_TOO_LARGE:
    case MODEL_SEND_BAD_OPTIONS:
    case MODEL_SEND_CLOSED:
        world_broker_report(broker, WORLD_AUDIT_REFUSED, packet->message.id);
        world_link_answer(world, slot, WORLD_PACKET_REFUSE, 0);
        break;
    }
}

/* Whether a send is confirmed, and its answer can be given, within the call. */
static bool answers_at_once(const world_broker *broker)
{
    SIM_ASSERT(broker->offered == NULL);
    return broker->is_instant && !broker->config.durable && broker->turns == 0 &&
           !broker->is_settling && broker->unconfirmed.count == 0;
}

enum world_offer world_broker_offer(struct world_node *node, const struct model_message *message)
{
    world_broker *broker = world_broker_of(node);
    enum world_offer offer = WORLD_OFFER_CONFIRMED;

    if (!answers_at_once(broker)) {
        return WORLD_OFFER_LATER;
    }
    switch (broker->queue->type->send(
        broker->queue, message, world_broker_clock(broker), &broker->outbox)) {
    case MODEL_SENT:
        broker->offered = message;
        break;
    case MODEL_SEND_DROPPED:
        world_audit_accepted(node->world->audit, message->id, node->index);
        break;
    case MODEL_SEND_FULL:
        broker->counters.full->value++;
        offer = WORLD_OFFER_FULL;
        break;
    case MODEL_SEND_REFUSED:
    case MODEL_SEND_TOO_LARGE:
    case MODEL_SEND_BAD_OPTIONS:
    case MODEL_SEND_CLOSED:
        world_broker_report(broker, WORLD_AUDIT_REFUSED, message->id);
        offer = WORLD_OFFER_REFUSED;
        break;
    }
    world_broker_settle(broker);
    SIM_ASSERT(broker->offered == NULL);
    return offer;
}

static void end_delivery(world_broker *broker, const struct world_lease *lease, bool is_ack)
{
    struct world_queue *queue = broker->queue;
    sim_time now = world_broker_clock(broker);
    enum model_ack_result result = is_ack ? queue->type->ack(queue, lease, now, &broker->outbox)
                                          : queue->type->nack(queue, lease, now, &broker->outbox);

    SIM_ASSERT(!broker->is_stuck);
    if (result != MODEL_ACKED) {
        broker->counters.stale_acks->value++;
    } else if (is_ack) {
        broker->counters.acked->value++;
    }
}

bool world_broker_take_back(struct world_node *node, const struct world_lease *lease, bool is_ack)
{
    world_broker *broker = world_broker_of(node);

    SIM_ASSERT(node->up);
    if (!broker->is_instant || broker->turns > 0) {
        return false;
    }
    const struct world_lease ended = *lease; /* its packet may move meanwhile */
    broker->is_stuck = false;
    end_delivery(broker, &ended, is_ack);
    world_broker_settle(broker);
    return true;
}

static void serve_return(world_broker *broker, uint32_t slot)
{
    const struct world_packet *packet = world_broker_packet(broker, slot);

    SIM_ASSERT(packet->kind == WORLD_PACKET_ACK || packet->kind == WORLD_PACKET_NACK);
    end_delivery(broker, &packet->lease, packet->kind == WORLD_PACKET_ACK);
    world_packets_free(&broker->node.world->packets, slot);
}

static void serve_subscribe(world_broker *broker, uint32_t slot)
{
    struct world *world = broker->node.world;
    const struct world_packet *packet = world_broker_packet(broker, slot);

    SIM_ASSERT(packet->kind == WORLD_PACKET_SUBSCRIBE);
    const struct world_subscriber subscriber = {
        .end = packet->from,
        .group = packet->group,
        .pipe = packet->pipe->back,
    };
    world_subscribers_admit(
        &broker->subscribers,
        &subscriber,
        broker->queue,
        world_broker_clock(broker),
        &broker->outbox);
    world_packets_free(&world->packets, slot);
}

static void serve_leave(world_broker *broker, uint32_t slot)
{
    struct world *world = broker->node.world;

    SIM_ASSERT(world_broker_packet(broker, slot)->kind == WORLD_PACKET_LEAVE);
    world_subscribers_dismiss(
        &broker->subscribers,
        world_broker_packet(broker, slot)->from,
        broker->queue,
        world_broker_clock(broker),
        &broker->outbox);
    world_packets_free(&world->packets, slot);
}

static void serve(world_broker *broker, uint32_t slot)
{
    const struct world_packet *packet = world_broker_packet(broker, slot);

    SIM_ASSERT(broker->queue != NULL);
    broker->is_stuck = broker->is_stuck && packet->kind == WORLD_PACKET_SEND;
    if (packet->kind == WORLD_PACKET_SEND) {
        serve_send(broker, slot);
    } else if (packet->kind == WORLD_PACKET_SUBSCRIBE) {
        serve_subscribe(broker, slot);
    } else if (packet->kind == WORLD_PACKET_LEAVE) {
        serve_leave(broker, slot);
    } else {
        serve_return(broker, slot);
    }
    world_broker_settle(broker);
}

static void end_turn(void *context, uint64_t payload)
{
    world_broker *broker = context;
    uint32_t slot = (uint32_t)payload;

    if (world_broker_packet(broker, slot)->to.incarnation != broker->node.incarnation) {
        world_packets_free(&broker->node.world->packets, slot); /* it crashed meanwhile */
        return;
    }
    if (world_node_postpones(&broker->node, end_turn, broker, slot)) {
        return;
    }
    SIM_ASSERT(broker->turns > 0);
    broker->turns--;
    serve(broker, slot);
}

void world_broker_receive(struct world_node *node, uint32_t slot)
{
    world_broker *broker = world_broker_of(node);
    sim_time delay = take_turn(broker, world_broker_packet(broker, slot));

    SIM_ASSERT(node->up);
    if (delay == 0 && broker->turns == 0) {
        serve(broker, slot);
        return;
    }
    broker->turns++;
    (void)sim_run_after(&node->world->run, delay, end_turn, broker, slot);
}
