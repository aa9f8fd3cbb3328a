/* How a spool is made, crashes and restarts. What it does with what it receives: spool_serve.c. */
/* SPDX-License-Identifier: MIT */
#include "world/spool.h"

#include <stdlib.h>
#include <string.h>

#include "world/invariant.h"
#include "world/link.h"
#include "world/spool_state.h"

static bool is_complete(const struct world_node *node, GError **error)
{
    const world_spool *spool = (const world_spool *)node;

    SIM_ASSERT(node->type->is_complete == is_complete);
    if (spool->target == NULL) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_ROUTE,
            "spool %s passes on to nobody: connect it with tb.connect(spool, queue)",
            node->path);
    }
    return spool->target != NULL;
}

static bool attach(
    struct world_node *node, const struct world_node *other, const char *does, GError **error)
{
    SIM_ASSERT(other->world == node->world);
    if (g_str_equal(does, WORLD_SENDS_TO) && g_str_equal(other->type->name, "producer") &&
        other->datacenter == node->datacenter) {
        return true;
    }
    g_set_error(
        error,
        WORLD_ERROR,
        WORLD_ERROR_ROUTE,
        "%s cannot send to %s: a spool stands behind producers of its own data centre",
        other->path,
        node->path);
    return false;
}

/* What is read back is in line at once. A message twice in the journal is held once. */
static bool replay(void *context, uint64_t position, const void *record, uint32_t size)
{
    world_spool *spool = context;
    struct model_message message;
    uint32_t index;

    if (size != sizeof(message)) {
        return false;
    }
    memcpy(&message, record, sizeof(message));
    if (model_index_find(&spool->index, message.id, &index)) {
        world_positions_open(&spool->open, position);
        (void)world_positions_close(&spool->open, position);
        return true;
    }
    SIM_ASSERT(message.born <= world_spool_now(spool));
    world_buffer_wait(&spool->buffer, world_spool_hold(spool, &message, position));
    spool->counters.replayed->value++;
    if (spool->config.accepts) {
        world_audit_report(
            spool->node.world->audit, WORLD_AUDIT_ACCEPTED, message.id, spool->node.index);
    }
    return true;
}

static void begin_again(void *context, uint64_t payload)
{
    world_spool *spool = context;

    SIM_ASSERT(payload <= spool->node.incarnation);
    if (payload == spool->node.incarnation && spool->node.up &&
        !world_node_postpones(&spool->node, begin_again, spool, payload)) {
        world_spool_send_waiting(spool);
    }
}

static void restart(struct world_node *node)
{
    world_spool *spool = world_spool_of(node);
    sim_time duration;

    SIM_ASSERT(spool->buffer.count == 0);
    world_durable_open(&spool->durable);
    if (world_durable_recover(&spool->durable, replay, spool, &duration)) {
        world_node_up_after(node, duration);
        (void)sim_run_after(&node->world->run, duration, begin_again, spool, node->incarnation);
    }
    world_spool_note(spool);
}

/* What the journal was known to have may be there still. The rest is its producer's. */
static void report_crash(world_spool *spool)
{
    enum world_audit_event event =
        spool->config.accepts ? WORLD_AUDIT_QUEUE_CRASHED : WORLD_AUDIT_BUFFER_LOST;

    for (uint32_t i = 0; i < spool->buffer.capacity; i++) {
        const struct world_held *held = &spool->buffer.held[i];
        SIM_ASSERT(held->state <= WORLD_HELD_APART);
        if (held->state == WORLD_HELD_WAITING || held->state == WORLD_HELD_UNDER_WAY) {
            world_audit_report(
                spool->node.world->audit, event, held->message.id, spool->node.index);
        }
    }
}

static void crash(struct world_node *node)
{
    world_spool *spool = world_spool_of(node);
    struct world_waiting first;

    SIM_ASSERT(!spool->is_sending);
    report_crash(spool);
    while (world_fifo_pop(&spool->storing, &first)) {
        world_packets_free(&node->world->packets, first.slot);
    }
    world_buffer_clear(&spool->buffer);
    model_index_clear(&spool->index);
    world_alarm_cancel(&spool->alarm);
    world_durable_crash(&spool->durable);
    world_positions_clear(&spool->open);
    spool->deadline_last = 0;
    world_spool_note(spool);
}

struct visitor {
    world_message_fn *visit;
    void *context;
};

static bool visit_record(void *context, uint64_t position, const void *record, uint32_t size)
{
    const struct visitor *visitor = context;
    struct model_message message;

    SIM_ASSERT(position > 0 && size == sizeof(message));
    memcpy(&message, record, sizeof(message));
    visitor->visit(visitor->context, &message);
    return true;
}

/* While it is down: what its restart will find on the disk. */
static void visit_messages(struct world_node *node, world_message_fn *visit, void *context)
{
    world_spool *spool = world_spool_of(node);
    struct visitor visitor = {.visit = visit, .context = context};

    SIM_ASSERT(visit != NULL);
    if (spool->durable.journal == NULL) {
        (void)!world_durable_peek(&spool->durable, visit_record, &visitor);
        return;
    }
    for (uint32_t i = 0; i < spool->buffer.capacity; i++) {
        if (spool->buffer.held[i].state != WORLD_HELD_FREE) {
            visit(context, &spool->buffer.held[i].message);
        }
    }
}

static void verify(const struct world_node *node)
{
    const world_spool *spool = (const world_spool *)node;

    world_buffer_check(&spool->buffer);
    world_fifo_check(&spool->storing);
    world_durable_check(&spool->durable);
    world_alarm_check(&spool->alarm);
    SIM_ASSERT(spool->index.count == spool->buffer.count);
    world_positions_check(&spool->open);
    SIM_ASSERT(spool->open.end - spool->open.first >= spool->buffer.count);
    SIM_ASSERT(
        node->is_paused ||
        world_alarm_is_in_time(&spool->alarm, world_buffer_next_deadline(&spool->buffer)));
    SIM_ASSERT(spool->durable.journal != NULL || spool->buffer.count == 0);
    SIM_ASSERT(!spool->is_sending && spool->counters.held->value == spool->buffer.count);
}

static void destroy(struct world_node *node)
{
    world_spool *spool = world_spool_of(node);

    model_journal_destroy(spool->durable.journal);
    world_buffer_finish(&spool->buffer);
    world_fifo_finish(&spool->storing);
    model_index_finish(&spool->index);
    world_node_finish(node);
    free(spool->positions);
    world_positions_finish(&spool->open);
    g_free(spool);
}

static const struct world_node_type spool_type = {
    .name = "spool",
    .feels = WORLD_FEELS_PAUSE,
    .is_complete = is_complete,
    .attach = attach,
    .start = restart,
    .receive = world_spool_receive,
    .crash = crash,
    .restart = restart,
    .visit = visit_messages,
    .verify = verify,
    .destroy = destroy,
};

static void open_counters(world_spool *spool)
{
    const struct world_node *node = &spool->node;

    spool->counters = (struct world_spool_counters){
        .passed = world_node_counter(node, "passed", "messages"),
        .stored = world_node_counter(node, "stored", "messages"),
        .by_age = world_node_counter(node, "by_age", "messages"),
        .by_size = world_node_counter(node, "by_size", "messages"),
        .behind = world_node_counter(node, "behind", "messages"),
        .full = world_node_counter(node, "full", "messages"),
        .replayed = world_node_counter(node, "replayed", "messages"),
        .sent = world_node_counter(node, "sent", "messages"),
        .resent = world_node_counter(node, "resent", "packets"),
        .delivered = world_node_counter(node, "delivered", "messages"),
        .held = world_node_gauge(node, "held", "messages"),
    };
    SIM_ASSERT(spool->counters.passed->value == 0);
}

world_spool *world_spool_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_spool_config *config,
    GError **error)
{
    world_spool *spool = g_new0(world_spool, 1);

    SIM_ASSERT(config->age > 0 && config->capacity > 0 && config->window > 0);
    SIM_ASSERT(config->timeout > 0 && config->timeout_max >= config->timeout);
    spool->config = *config;
    if (!world_node_init(&spool->node, &spool_type, datacenter, name, error)) {
        g_free(spool);
        return NULL;
    }
    /* A restart may find more than the capacity: segments are dropped as a whole. */
    world_buffer_init(&spool->buffer, WORLD_BUFFER_NONE - 1);
    model_index_init(&spool->index);
    world_alarm_init(&spool->alarm, &datacenter->world->run, world_spool_wake, spool);
    world_durable_init(&spool->durable, &spool->node, &config->journal, world_spool_committed);
    open_counters(spool);
    return spool;
}

bool world_spool_connect(world_spool *spool, struct world_node *target, GError **error)
{
    if (!world_link_connect(&spool->node, WORLD_SENDS_TO, target, &spool->target, error)) {
        return false;
    }
    spool->pipe = world_link_pipe(&spool->node, target);
    return true;
}

struct world_node *world_spool_node(world_spool *spool)
{
    return &spool->node;
}
