/* The one server is a time: `idle_at`. An operation that arrives is given its turn there, and one
 * event at its end carries it out, so operations are served in the order of their arrival; one that
 * neither waits nor takes time is carried out at once. After each, the outbox is worked off,
 * waiting messages are pushed to the subscribers, and the one timer is set to the queue's next
 * deadline. What is sent meanwhile may arrive meanwhile, and bring another operation: it is carried
 * out, and the settling that is under way settles it too.
 *
 * The packet of a send waits in a FIFO until its message is confirmed, in the order of the sends,
 * and goes back as the confirmation. */
/* SPDX-License-Identifier: MIT */
#include "world/broker_state.h"
#include "world/invariant.h"
#include "world/link.h"

/* The server takes on one more operation, for a time drawn by the message. Returns the delay until
 * it is done. */
static sim_time take_turn(world_broker *broker, uint64_t message)
{
    if (broker->is_instant) {
        return 0;
    }
    sim_time duration =
        sim_dist_draw_time_of(&broker->config.operation, &broker->operation, message);
    duration = world_node_work(&broker->node, duration);
    broker->idle_at = world_time_after(MAX(broker->idle_at, world_broker_now(broker)), duration);
    broker->counters.busy->value += (uint64_t)duration;
    return broker->idle_at - world_broker_now(broker);
}

void world_broker_promise(const world_broker *broker, uint64_t message)
{
    world_audit *audit = broker->node.world->audit;
    uint32_t group_count = broker->config.hosted.group_count;

    world_broker_report(broker, WORLD_AUDIT_ACCEPTED, message);
    if (group_count > 1) {
        world_audit_address(audit, message, group_count);
    }
    SIM_ASSERT(group_count <= WORLD_GROUPS_MAX);
}

/* ---- what an operation caused ---- */

static void confirm(world_broker *broker, uint64_t id)
{
    struct world_waiting waiting;
    bool popped = world_fifo_pop(&broker->unconfirmed, &waiting);

    SIM_ASSERT(popped && world_broker_packet(broker, waiting.slot)->message.id == id);
    broker->counters.accepted->value++;
    world_broker_promise(broker, id);
    if (broker->node.world->invariants != NULL) {
        world_invariant_accepted(
            broker->node.world, &world_broker_packet(broker, waiting.slot)->message);
    }
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
    case MODEL_REDELIVERED: /* counted when it is delivered again */
    case MODEL_ACK_CONFIRMED:
    case MODEL_READY: /* push() follows */
    case MODEL_ROOM:  /* senders come again by themselves */
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
    uint32_t slot = world_packets_take(&world->packets, WORLD_PACKET_DELIVER);
    struct world_packet *packet = world_broker_packet(broker, slot);

    packet->message = delivery->message;
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
    world_link_send(world, slot, subscriber->pipe, take_turn(broker, delivery->message.id));
}

/* One message to the subscriber whose turn it is, or to the next that may have one. */
static bool push_one(world_broker *broker)
{
    struct world_delivery delivery;

    for (uint32_t i = 0; i < broker->subscribers.list->len; i++) {
        const struct world_subscriber *subscriber = world_subscribers_next(&broker->subscribers);
        if (broker->queue->type->receive(
                broker->queue,
                subscriber->consumer,
                world_broker_clock(broker),
                &delivery,
                &broker->outbox)) {
            deliver(broker, subscriber, &delivery);
            return true;
        }
    }
    SIM_ASSERT(broker->outbox.count == 0);
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
    } while (broker->queue != NULL && push_one(broker));
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
    broker->queue->type->committed(
        broker->queue, position, world_broker_clock(broker), &broker->outbox);
    world_broker_settle(broker);
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

static void serve_return(world_broker *broker, uint32_t slot)
{
    struct world *world = broker->node.world;
    const struct world_packet *packet = world_broker_packet(broker, slot);
    bool is_ack = packet->kind == WORLD_PACKET_ACK;
    enum model_ack_result result =
        is_ack ? broker->queue->type->ack(
                     broker->queue, &packet->lease, world_broker_clock(broker), &broker->outbox)
               : broker->queue->type->nack(
                     broker->queue, &packet->lease, world_broker_clock(broker), &broker->outbox);

    SIM_ASSERT(is_ack || packet->kind == WORLD_PACKET_NACK);
    if (result != MODEL_ACKED) {
        broker->counters.stale_acks->value++;
    } else if (is_ack) {
        broker->counters.acked->value++;
    }
    world_packets_free(&world->packets, slot);
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
    sim_time delay = take_turn(broker, world_broker_packet(broker, slot)->message.id);

    SIM_ASSERT(node->up);
    if (delay == 0 && broker->turns == 0) {
        serve(broker, slot);
        return;
    }
    broker->turns++;
    (void)sim_run_after(&node->world->run, delay, end_turn, broker, slot);
}
