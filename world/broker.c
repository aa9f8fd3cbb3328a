/* How a broker is made, crashes and restarts. What it does with what it receives: broker_serve.c.
 */
/* SPDX-License-Identifier: MIT */
#include "world/broker_state.h"
#include "world/invariant.h"
#include "world/link.h"

struct ending {
    const world_broker *broker;
    enum world_audit_event event;
};

static void may_be_lost(void *context, const struct model_message *message)
{
    const struct ending *ending = context;

    SIM_ASSERT(ending->broker->queue != NULL);
    world_broker_report(ending->broker, ending->event, message->id);
}

static void forget_stored(world_broker *broker)
{
    world_queue_destroy(broker->stored);
    broker->stored = NULL;
}

void world_broker_lay_down(world_broker *broker, enum world_audit_event event)
{
    struct ending ending = {.broker = broker, .event = event};
    struct world_waiting waiting;

    if (broker->queue != NULL) {
        broker->queue->type->visit(broker->queue, may_be_lost, &ending);
    }
    while (world_fifo_pop(&broker->unconfirmed, &waiting)) {
        world_packets_free(&broker->node.world->packets, waiting.slot);
    }
    SIM_ASSERT(broker->unconfirmed.count == 0);
    world_alarm_cancel(&broker->alarm);
    world_queue_destroy(broker->queue);
    broker->queue = NULL;
    world_subscribers_clear(&broker->subscribers);
    sim_gauge_set(broker->counters.depth, 0, world_broker_now(broker));
}

static void crash(struct world_node *node)
{
    world_broker *broker = world_broker_of(node);

    world_broker_lay_down(broker, WORLD_AUDIT_QUEUE_CRASHED);
    if (broker->replica != NULL) {
        world_replica_crash(broker->replica);
    }
    if (broker->config.durable) {
        world_durable_crash(&broker->durable);
    }
    SIM_ASSERT(broker->queue == NULL);
    broker->idle_at = 0;
    broker->turns = 0;
}

/* What was read back is as good as promised, though the crash came before anybody was told. */
static void adopt(void *context, const struct model_message *message)
{
    world_broker *broker = context;

    SIM_ASSERT(broker->queue != NULL);
    world_broker_promise(broker, message->id);
}

/* For I8, when there has been a crash. */
static void check_recovered(world_broker *broker)
{
    struct world *world = broker->node.world;

    SIM_ASSERT(broker->queue != NULL);
    if (world->invariants != NULL && (broker->node.incarnation > 1 || broker->replica != NULL)) {
        world_audit_check_recovered(
            world->audit, &broker->node, world_invariant_check(world, WORLD_I8_DURABILITY));
    }
}

void world_broker_take_up(world_broker *broker, struct world_queue *queue)
{
    SIM_ASSERT(broker->queue == NULL);
    broker->queue = queue;
    broker->is_stuck = false;
    broker->reigns++;
    queue->type->recovered(queue, world_broker_clock(broker), &broker->outbox);
    world_broker_settle(broker);
    if (broker->queue != NULL) {
        queue->type->visit(queue, adopt, broker);
        check_recovered(broker);
    }
}

static void restart_from_journal(world_broker *broker)
{
    sim_time duration;

    SIM_ASSERT(broker->queue == NULL);
    forget_stored(broker);

    struct world_queue *queue =
        world_durable_queue_open(&broker->durable, &broker->config.hosted, &duration);
    if (queue != NULL) {
        world_broker_take_up(broker, queue);
        world_node_up_after(&broker->node, duration);
    }
}

static void restart(struct world_node *node)
{
    world_broker *broker = world_broker_of(node);

    SIM_ASSERT(broker->queue == NULL);
    if (broker->replica != NULL) {
        world_replica_restart(broker->replica);
        return;
    }
    if (broker->config.durable) {
        restart_from_journal(broker);
        return;
    }
    broker->queue = world_queue_create(&broker->config.hosted, NULL);
    broker->is_stuck = false;
    world_node_up(node);
}

/* The queue; while the broker is down, what its restart will find on the disk; or NULL. */
static const struct world_queue *queue_or_stored(world_broker *broker)
{
    SIM_ASSERT(broker->queue == NULL || broker->stored == NULL);
    if (broker->queue != NULL) {
        return broker->queue;
    }
    if (broker->config.durable && broker->replica == NULL && broker->stored == NULL) {
        broker->stored = world_durable_queue_peek(&broker->durable, &broker->config.hosted);
    }
    return broker->stored;
}

static void visit_messages(struct world_node *node, world_message_fn *visit, void *context)
{
    const struct world_queue *queue = queue_or_stored(world_broker_of(node));

    SIM_ASSERT(visit != NULL);
    if (queue != NULL) {
        queue->type->visit(queue, visit, context);
    } else if (world_broker_of(node)->replica != NULL) {
        world_replica_visit(world_broker_of(node)->replica, visit, context);
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

/* A paused broker is late; no other sleeps past a deadline. */
static void verify_alarm(const world_broker *broker)
{
    const struct world_node *node = &broker->node;
    sim_time deadline = broker->queue->type->next_deadline(broker->queue);

    SIM_ASSERT(
        node->is_paused || world_alarm_is_in_time(&broker->alarm, world_node_when(node, deadline)));
}

static void verify_queue(const world_broker *broker)
{
    const struct world_queue_type *type = broker->queue->type;

    SIM_ASSERT(!broker->node.crashed && broker->stored == NULL);
    type->check(broker->queue);
    SIM_ASSERT(broker->unconfirmed.count == type->uncommitted(broker->queue));
    verify_alarm(broker);
    SIM_ASSERT(broker->counters.depth->value == (int64_t)type->depth(broker->queue));
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
    if (broker->replica != NULL) {
        world_replica_verify(broker->replica);
    }
    if (broker->queue != NULL) {
        verify_queue(broker);
        return;
    }
    SIM_ASSERT(!node->up || broker->replica != NULL);
    SIM_ASSERT(broker->unconfirmed.count == 0);
    SIM_ASSERT(broker->alarm.time == SIM_NEVER && broker->subscribers.list->len == 0);
}

static void destroy(struct world_node *node)
{
    world_broker *broker = world_broker_of(node);

    if (broker->config.durable) {
        model_journal_destroy(broker->durable.journal);
    }
    world_queue_destroy(broker->queue);
    forget_stored(broker);
    if (broker->replica != NULL) {
        world_replica_destroy(broker->replica);
    }
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
    world_broker *broker = world_broker_of(node);
    bool is_sender = g_str_equal(does, WORLD_SENDS_TO);
    const struct world_node **end = is_sender ? &broker->sender : &broker->taker;

    SIM_ASSERT(other->world == node->world);
    if (broker->replica != NULL && !world_replicas_attach(broker->config.replicas, other, error)) {
        return false;
    }
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

static bool is_complete(const struct world_node *node, GError **error)
{
    const struct world_replicas *replicas = world_broker_replicas(node);

    SIM_ASSERT(node->type->is_complete == is_complete);
    return replicas == NULL || world_replicas_are_joined(replicas, error);
}

static const struct world_node_type broker_type = {
    .name = "queue",
    .feels = WORLD_FEELS_PAUSE | WORLD_FEELS_SLOW | WORLD_FEELS_SKEW,
    .is_complete = is_complete,
    .attach = attach,
    .clock_changed = world_broker_clock_changed,
    .start = restart,
    .receive = world_broker_receive,
    .offer = world_broker_offer,
    .take_back = world_broker_take_back,
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

    broker->counters = (struct world_broker_counters){
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
    broker->config.hosted.send_fields = &datacenter->world->send_fields;
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
    world_alarm_init(&broker->alarm, &datacenter->world->run, world_broker_deadline, broker);
    open_counters(broker);
    if (config->durable) {
        world_durable_init(
            &broker->durable,
            &broker->node,
            &config->journal,
            config->replicas == NULL ? world_broker_committed : world_replica_stored);
    }
    if (config->replicas != NULL) {
        broker->replica = world_replica_create(broker, config->replicas);
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
    *out_group = hosted->group_count;
    for (uint32_t i = 0; world_replicas_node(&broker->node, i) != NULL; i++) {
        hosted = &world_broker_of(world_replicas_node(&broker->node, i))->config.hosted;
        hosted->groups[hosted->group_count++] = *config;
    }
    return true;
}

struct world_node *world_broker_node(world_broker *broker)
{
    return &broker->node;
}

struct world_replicas *world_broker_replicas(const struct world_node *node)
{
    SIM_ASSERT(node->type != NULL);
    return node->type == &broker_type ? ((const world_broker *)node)->config.replicas : NULL;
}

const struct world_queue *world_broker_queue(const world_broker *broker)
{
    const world_broker *serving =
        broker->replica == NULL ? broker : world_replicas_leader(broker->config.replicas);

    SIM_ASSERT(broker->replica == NULL || broker->config.replicas != NULL);
    return serving != NULL && serving->node.up ? serving->queue : NULL;
}

uint64_t world_broker_depth(const world_broker *broker)
{
    const struct world_queue *queue = world_broker_queue(broker);

    return queue == NULL ? 0 : queue->type->depth(queue);
}
