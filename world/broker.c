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
#include "world/broker.h"

#include "world/alarm.h"
#include "world/durable_queue.h"
#include "world/fifo.h"
#include "world/invariant.h"
#include "world/link.h"
#include "world/subscribers.h"

struct counters {
    struct sim_counter *accepted;
    struct sim_counter *delivered;
    struct sim_counter *redelivered;
    struct sim_counter *acked;
    struct sim_counter *stale_acks;
    struct sim_counter *full;
    struct sim_counter *dropped;
    struct sim_counter *conflated;
    struct sim_counter *dead;
    struct sim_gauge *depth;
    struct sim_counter *busy;
};

struct world_broker {
    struct world_node node;
    struct world_broker_config config;
    struct counters counters;
    struct sim_stream operation;
    struct world_durable durable; /* used when config.durable */
    struct world_queue *queue;    /* NULL while it is down */
    struct world_queue *stored;   /* what the journal holds while it is down; NULL: not looked */
    struct model_outbox outbox;   /* of the operation under way; empty between events */
    struct world_fifo unconfirmed;
    struct world_subscribers subscribers;
    sim_time idle_at;
    uint64_t turns;  /* operations that wait for their time */
    bool is_instant; /* no operation takes time */
    bool lets_go;    /* the queue forgets what it has delivered */
    bool is_settling;
    struct world_alarm alarm;        /* for the queue's next deadline */
    const struct world_node *sender; /* the first producer; NULL: none yet */
    const struct world_node *taker;  /* the first consumer */
};

static world_broker *from_node(struct world_node *node)
{
    return (world_broker *)node; /* the node is its first member */
}

static sim_time now_of(const world_broker *broker)
{
    return broker->node.world->run.now;
}

static struct world_packet *packet_at(const world_broker *broker, uint32_t slot)
{
    SIM_ASSERT(slot < broker->node.world->packets.capacity);
    return &broker->node.world->packets.slots[slot];
}

/* What the queue is told: leases, delays and lives go by the broker's own clock. */
static sim_time clock_of(const world_broker *broker)
{
    return world_node_clock(&broker->node);
}

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
    broker->idle_at = world_time_after(MAX(broker->idle_at, now_of(broker)), duration);
    broker->counters.busy->value += (uint64_t)duration;
    return broker->idle_at - now_of(broker);
}

static void report(const world_broker *broker, enum world_audit_event event, uint64_t message)
{
    world_audit_report(broker->node.world->audit, event, message, broker->node.index);
}

/* The queue has promised the message: to every group that there is. */
static void promise(const world_broker *broker, uint64_t message)
{
    world_audit *audit = broker->node.world->audit;
    uint32_t group_count = broker->config.hosted.group_count;

    report(broker, WORLD_AUDIT_ACCEPTED, message);
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

    SIM_ASSERT(popped && packet_at(broker, waiting.slot)->message.id == id);
    broker->counters.accepted->value++;
    promise(broker, id);
    world_invariant_accepted(broker->node.world, &packet_at(broker, waiting.slot)->message);
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
        report(broker, WORLD_AUDIT_DEAD, notice->id);
        break;
    case MODEL_DROPPED:
        broker->counters.dropped->value++;
        report(broker, WORLD_AUDIT_DROPPED, notice->id);
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
    struct world_packet *packet = packet_at(broker, slot);

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
                clock_of(broker),
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

    SIM_ASSERT(broker->queue != NULL);
    world_alarm_set(&broker->alarm, world_node_when(&broker->node, deadline));
}

static void settle(world_broker *broker)
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
        sim_gauge_set(broker->counters.depth, (int64_t)depth, now_of(broker));
        set_alarm(broker);
    }
    SIM_ASSERT(broker->outbox.count == 0);
}

/* ---- time ---- */

static void expire(world_broker *broker)
{
    SIM_ASSERT(broker->queue != NULL);
    broker->queue->type->expire(broker->queue, clock_of(broker), &broker->outbox);
    settle(broker);
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

static void deadline(void *context)
{
    world_broker *broker = context;

    SIM_ASSERT(broker->queue != NULL);
    if (!world_node_postpones(&broker->node, expire_late, broker, broker->node.incarnation)) {
        expire(broker);
    }
}

/* Leases may end earlier now than the alarm is set for. */
static void clock_changed(struct world_node *node)
{
    world_broker *broker = from_node(node);

    SIM_ASSERT(broker->queue != NULL && !broker->is_settling);
    set_alarm(broker);
}

/* The journal's word: a queue in memory gets none. */
static void committed(struct world_node *node, uint64_t position)
{
    world_broker *broker = from_node(node);

    SIM_ASSERT(broker->config.durable && broker->queue != NULL);
    broker->queue->type->committed(broker->queue, position, clock_of(broker), &broker->outbox);
    settle(broker);
}

/* ---- operations ---- */

static void serve_send(world_broker *broker, uint32_t slot)
{
    struct world *world = broker->node.world;
    const struct world_packet *packet = packet_at(broker, slot);

    SIM_ASSERT(packet->kind == WORLD_PACKET_SEND);
    switch (broker->queue->type->send(
        broker->queue, &packet->message, clock_of(broker), &broker->outbox)) {
    case MODEL_SENT:
        world_fifo_push(&broker->unconfirmed, (struct world_waiting){.slot = slot});
        break;
    case MODEL_SEND_DROPPED:
        report(broker, WORLD_AUDIT_ACCEPTED, packet->message.id);
        world_link_answer(world, slot, WORLD_PACKET_CONFIRM, 0);
        break;
    case MODEL_SEND_FULL:
        broker->counters.full->value++;
        world_link_answer(world, slot, WORLD_PACKET_FULL, 0);
        break;
    case MODEL_SEND_REFUSED:
        report(broker, WORLD_AUDIT_REFUSED, packet->message.id);
        world_link_answer(world, slot, WORLD_PACKET_REFUSE, 0);
        break;
    }
}

static void serve_return(world_broker *broker, uint32_t slot)
{
    struct world *world = broker->node.world;
    const struct world_packet *packet = packet_at(broker, slot);
    bool is_ack = packet->kind == WORLD_PACKET_ACK;
    enum model_ack_result result =
        is_ack ? broker->queue->type->ack(
                     broker->queue, &packet->lease, clock_of(broker), &broker->outbox)
               : broker->queue->type->nack(
                     broker->queue, &packet->lease, clock_of(broker), &broker->outbox);

    SIM_ASSERT(is_ack || packet->kind == WORLD_PACKET_NACK);
    if (result == MODEL_ACK_STALE) {
        broker->counters.stale_acks->value++;
    } else if (is_ack) {
        broker->counters.acked->value++;
    }
    world_packets_free(&world->packets, slot);
}

static void serve_subscribe(world_broker *broker, uint32_t slot)
{
    struct world *world = broker->node.world;
    const struct world_packet *packet = packet_at(broker, slot);

    SIM_ASSERT(packet->kind == WORLD_PACKET_SUBSCRIBE);
    const struct world_subscriber subscriber = {
        .end = packet->from,
        .group = packet->group,
        .pipe = packet->pipe->back,
    };
    world_subscribers_admit(
        &broker->subscribers, &subscriber, broker->queue, clock_of(broker), &broker->outbox);
    world_packets_free(&world->packets, slot);
}

static void serve_leave(world_broker *broker, uint32_t slot)
{
    struct world *world = broker->node.world;

    SIM_ASSERT(packet_at(broker, slot)->kind == WORLD_PACKET_LEAVE);
    world_subscribers_dismiss(
        &broker->subscribers,
        packet_at(broker, slot)->from,
        broker->queue,
        clock_of(broker),
        &broker->outbox);
    world_packets_free(&world->packets, slot);
}

static void serve(world_broker *broker, uint32_t slot)
{
    const struct world_packet *packet = packet_at(broker, slot);

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
    settle(broker);
}

static void end_turn(void *context, uint64_t payload)
{
    world_broker *broker = context;
    uint32_t slot = (uint32_t)payload;

    if (packet_at(broker, slot)->to.incarnation != broker->node.incarnation) {
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

static void receive(struct world_node *node, uint32_t slot)
{
    world_broker *broker = from_node(node);
    sim_time delay = take_turn(broker, packet_at(broker, slot)->message.id);

    SIM_ASSERT(node->up);
    if (delay == 0 && broker->turns == 0) {
        serve(broker, slot);
        return;
    }
    broker->turns++;
    (void)sim_run_after(&node->world->run, delay, end_turn, broker, slot);
}

/* ---- a node's life ---- */

static void may_be_lost(void *context, const struct model_message *message)
{
    world_broker *broker = context;

    SIM_ASSERT(broker->queue != NULL);
    report(broker, WORLD_AUDIT_QUEUE_CRASHED, message->id);
}

static void forget_stored(world_broker *broker)
{
    world_queue_destroy(broker->stored);
    broker->stored = NULL;
}

static void crash(struct world_node *node)
{
    world_broker *broker = from_node(node);
    struct world_waiting waiting;

    if (broker->queue != NULL) {
        broker->queue->type->visit(broker->queue, may_be_lost, broker);
    }
    while (world_fifo_pop(&broker->unconfirmed, &waiting)) {
        world_packets_free(&node->world->packets, waiting.slot);
    }
    SIM_ASSERT(broker->unconfirmed.count == 0);
    world_alarm_cancel(&broker->alarm);
    if (broker->config.durable) {
        world_durable_crash(&broker->durable);
    }
    world_queue_destroy(broker->queue);
    broker->queue = NULL;
    world_subscribers_clear(&broker->subscribers);
    broker->idle_at = 0;
    broker->turns = 0;
    sim_gauge_set(broker->counters.depth, 0, now_of(broker));
}

/* What was read back is as good as promised, though the crash came before anybody was told. */
static void adopt(void *context, const struct model_message *message)
{
    world_broker *broker = context;

    SIM_ASSERT(broker->queue != NULL);
    promise(broker, message->id);
}

/* For I8, when there has been a crash. */
static void check_recovered(world_broker *broker)
{
    struct world *world = broker->node.world;

    SIM_ASSERT(broker->queue != NULL);
    if (world->invariants != NULL && broker->node.incarnation > 1) {
        world_audit_check_recovered(
            world->audit, &broker->node, world_invariant_check(world, WORLD_I8_DURABILITY));
    }
}

static void restart_from_journal(world_broker *broker)
{
    sim_time duration;

    SIM_ASSERT(broker->queue == NULL);
    forget_stored(broker);
    broker->queue = world_durable_queue_open(&broker->durable, &broker->config.hosted, &duration);
    if (broker->queue == NULL) {
        return;
    }
    broker->queue->type->recovered(broker->queue, clock_of(broker), &broker->outbox);
    settle(broker);
    broker->queue->type->visit(broker->queue, adopt, broker);
    check_recovered(broker);
    world_node_up_after(&broker->node, duration);
}

static void restart(struct world_node *node)
{
    world_broker *broker = from_node(node);

    SIM_ASSERT(broker->queue == NULL);
    if (broker->config.durable) {
        restart_from_journal(broker);
        return;
    }
    broker->queue = world_queue_create(&broker->config.hosted, NULL);
    world_node_up(node);
}

/* The queue; while the broker is down, what its restart will find on the disk; or NULL. */
static const struct world_queue *queue_or_stored(world_broker *broker)
{
    SIM_ASSERT(broker->queue == NULL || broker->stored == NULL);
    if (broker->queue != NULL) {
        return broker->queue;
    }
    if (broker->config.durable && broker->stored == NULL) {
        broker->stored = world_durable_queue_peek(&broker->durable, &broker->config.hosted);
    }
    return broker->stored;
}

static void visit_messages(struct world_node *node, world_message_fn *visit, void *context)
{
    const struct world_queue *queue = queue_or_stored(from_node(node));

    SIM_ASSERT(visit != NULL);
    if (queue != NULL) {
        queue->type->visit(queue, visit, context);
    }
}

/* The capacity of a topic is each partition's, so the depth has no bound of its own. */
static bool level(const struct world_node *node, struct world_node_level *out_level)
{
    const world_broker *broker = (const world_broker *)node;
    const struct world_queue_config *config = &broker->config.hosted;

    SIM_ASSERT(config->queue.capacity > 0);
    out_level->most = broker->counters.depth->max;
    out_level->capacity = config->queue.capacity;
    return config->model == WORLD_QUEUE_PRODUCER_CONSUMER ||
           config->model == WORLD_QUEUE_POINT_TO_POINT;
}

static void verify(const struct world_node *node)
{
    const world_broker *broker = (const world_broker *)node;

    SIM_ASSERT(broker->outbox.count == 0 && !broker->is_settling);
    world_fifo_check(&broker->unconfirmed);
    world_subscribers_check(&broker->subscribers);
    world_alarm_check(&broker->alarm);
    if (broker->config.durable) {
        world_durable_check(&broker->durable);
    }
    if (broker->queue == NULL) {
        SIM_ASSERT(!node->up && broker->unconfirmed.count == 0);
        SIM_ASSERT(broker->alarm.time == SIM_NEVER && broker->subscribers.list->len == 0);
        return;
    }
    SIM_ASSERT(!node->crashed && broker->stored == NULL);
    broker->queue->type->check(broker->queue);
    SIM_ASSERT(broker->unconfirmed.count == broker->queue->type->uncommitted(broker->queue));
    SIM_ASSERT(
        node->is_paused ||
        broker->alarm.time <=
            world_node_when(node, broker->queue->type->next_deadline(broker->queue)));
    SIM_ASSERT(broker->counters.depth->value == (int64_t)broker->queue->type->depth(broker->queue));
}

static void destroy(struct world_node *node)
{
    world_broker *broker = from_node(node);

    if (broker->config.durable) {
        model_journal_destroy(broker->durable.journal);
    }
    world_queue_destroy(broker->queue);
    forget_stored(broker);
    model_outbox_finish(&broker->outbox);
    world_fifo_finish(&broker->unconfirmed);
    world_subscribers_finish(&broker->subscribers);
    world_node_finish(node);
    g_free(broker);
}

/* A point_to_point has one producer and one consumer: its ring is safe for no more. */
static bool attach(
    struct world_node *node, const struct world_node *other, const char *does, GError **error)
{
    world_broker *broker = from_node(node);
    bool is_sender = g_str_equal(does, WORLD_SENDS_TO);
    const struct world_node **end = is_sender ? &broker->sender : &broker->taker;

    SIM_ASSERT(other->world == node->world);
    if (broker->config.hosted.model != WORLD_QUEUE_POINT_TO_POINT || *end == NULL) {
        *end = other;
        return true;
    }
    g_set_error(
        error,
        WORLD_ERROR,
        WORLD_ERROR_ROUTE,
        "%s %s %s already, and a point_to_point queue has one %s: give %s a queue of its own, or "
        "make %s a producer_consumer",
        (*end)->path,
        does,
        node->path,
        is_sender ? "producer" : "consumer",
        other->path,
        node->name);
    return false;
}

static const struct world_node_type broker_type = {
    .name = "queue",
    .feels = WORLD_FEELS_PAUSE | WORLD_FEELS_SLOW | WORLD_FEELS_SKEW,
    .attach = attach,
    .clock_changed = clock_changed,
    .start = restart,
    .receive = receive,
    .crash = crash,
    .restart = restart,
    .visit = visit_messages,
    .level = level,
    .verify = verify,
    .destroy = destroy,
};

static void open_counters(world_broker *broker)
{
    const struct world_node *node = &broker->node;

    broker->counters = (struct counters){
        .accepted = world_node_counter(node, "accepted", "messages"),
        .delivered = world_node_counter(node, "delivered", "deliveries"),
        .redelivered = world_node_counter(node, "redelivered", "deliveries"),
        .acked = world_node_counter(node, "acked", "messages"),
        .stale_acks = world_node_counter(node, "stale_acks", "acks"),
        .full = world_node_counter(node, "full", "sends"),
        .dropped = world_node_counter(node, "dropped", "messages"),
        .conflated = world_node_counter(node, "conflated", "messages"),
        .dead = world_node_counter(node, "dead", "messages"),
        .depth = world_node_gauge(node, "depth", "messages"),
        .busy = world_node_counter(node, "busy", "ns"),
    };
}

world_broker *world_broker_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_broker_config *config,
    GError **error)
{
    world_broker *broker = g_new0(world_broker, 1);

    SIM_ASSERT(config->hosted.queue.capacity > 0 && config->hosted.queue.lease > 0);
    broker->config = *config;
    if (!world_node_init(&broker->node, &broker_type, datacenter, name, error)) {
        g_free(broker);
        return NULL;
    }
    broker->operation = world_node_stream(&broker->node, "operation");
    broker->lets_go = config->hosted.model == WORLD_QUEUE_POINT_TO_POINT;
    datacenter->world->lets_go = datacenter->world->lets_go || broker->lets_go;
    broker->is_instant = world_dist_is_zero(&config->operation);
    model_outbox_init(&broker->outbox);
    world_subscribers_init(&broker->subscribers);
    world_alarm_init(&broker->alarm, &datacenter->world->run, deadline, broker);
    open_counters(broker);
    if (config->durable) {
        world_durable_init(&broker->durable, &broker->node, &config->journal, committed);
    }
    return broker;
}

bool world_broker_add_group(
    world_broker *broker,
    const struct model_ps_group_config *config,
    uint32_t *out_group,
    GError **error)
{
    struct world_queue_config *hosted = &broker->config.hosted;

    SIM_ASSERT(!broker->node.world->started);
    SIM_ASSERT(hosted->model == WORLD_QUEUE_PUBLISH_SUBSCRIBE || hosted->model == WORLD_QUEUE_MVC);
    if (hosted->group_count == WORLD_GROUPS_MAX) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_VALUE,
            "%s has %u groups already, as many as a queue may have: use another queue",
            broker->node.path,
            hosted->group_count);
        return false;
    }
    *out_group = hosted->group_count++;
    hosted->groups[*out_group] = *config;
    return true;
}

struct world_node *world_broker_node(world_broker *broker)
{
    return &broker->node;
}

const struct world_queue *world_broker_queue(const world_broker *broker)
{
    return broker->node.up ? broker->queue : NULL;
}

uint64_t world_broker_depth(const world_broker *broker)
{
    return broker->node.up ? broker->queue->type->depth(broker->queue) : 0;
}
