/* The node around the work (world/clerks_work.c): its life and its check. */
/* SPDX-License-Identifier: MIT */
#include "world/clerks.h"

#include <stdlib.h>

#include "world/clerks_state.h"
#include "world/datacenter.h"

static world_clerks *from_node(struct world_node *node)
{
    return (world_clerks *)node; /* the node is its first member */
}

/* Whoever waits in a circle waits for ever. */
static bool waits_for_itself(const world_clerks *clerks, uint32_t worker)
{
    const struct world_locks *locks = &clerks->locks;
    uint32_t next = worker;

    SIM_ASSERT(clerks->sessions[worker].has_transaction);
    for (uint32_t steps = 0; steps < clerks->config.workers; steps++) {
        next = world_locks_waits_for(locks, next);
        if (next == WORLD_LOCKS_NONE || next == worker) {
            return next == worker;
        }
    }
    return false; /* it waits for others that do */
}

static void check_deadlocks(struct world_check *check, struct world *world)
{
    const world_clerks *clerks = check->context;

    for (uint32_t i = 0; i < clerks->config.workers; i++) {
        if (clerks->sessions[i].has_transaction && waits_for_itself(clerks, i)) {
            world_check_fail(
                check, world->run.now, "worker %u waits for itself at %s", i, clerks->node.path);
            return;
        }
    }
    SIM_ASSERT(check == clerks->deadlocks);
    world_check_pass(check);
}

static void free_sessions(world_clerks *clerks)
{
    clerks->free_head = WORLD_CLERKS_NONE;
    clerks->open_count = 0;
    for (uint32_t i = clerks->config.workers; i-- > 0;) {
        clerks->sessions[i] = (struct world_clerk_session){.slot = clerks->free_head};
        clerks->free_head = i;
    }
    SIM_ASSERT(clerks->free_head == 0);
}

static void crash(struct world_node *node)
{
    world_clerks *clerks = from_node(node);
    struct world_waiting first;

    while (world_fifo_pop(&clerks->waiting, &first)) {
        world_clerks_drop(clerks, first.slot);
    }
    for (uint32_t i = 0; i < clerks->config.workers; i++) {
        const struct world_clerk_session *session = &clerks->sessions[i];
        if (session->state != WORLD_CLERK_CLOSED && session->state != WORLD_CLERK_GIVEN_UP) {
            world_clerks_drop(clerks, session->slot);
        }
    }
    world_locks_clear(&clerks->locks);
    world_processor_clear(&clerks->processor, node->world->run.now);
    world_alarm_cancel(&clerks->alarm);
    world_order_desk_crash(&clerks->desk);
    free_sessions(clerks);
    world_clerks_note(clerks);
    SIM_ASSERT(clerks->locks.waiting == 0);
}

static void begin_life(struct world_node *node)
{
    world_clerks *clerks = from_node(node);

    SIM_ASSERT(clerks->open_count == 0);
    world_order_desk_open(&clerks->desk);
    world_node_up(node);
    world_order_desk_read(&clerks->desk);
}

static bool is_complete(const struct world_node *node, GError **error)
{
    const world_clerks *clerks = (const world_clerks *)node;

    SIM_ASSERT(node->type->is_complete == is_complete);
    if (clerks->desk.target == NULL) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_ROUTE,
            "clerks %s write to no book of orders: connect them with tb.connect(clerks, orders)",
            node->path);
    }
    return clerks->desk.target != NULL;
}

static void verify(const struct world_node *node)
{
    const world_clerks *clerks = (const world_clerks *)node;
    uint32_t open = 0;
    uint32_t working = 0;
    for (uint32_t i = 0; i < clerks->config.workers; i++) {
        const struct world_clerk_session *session = &clerks->sessions[i];
        open += session->state != WORLD_CLERK_CLOSED;
        working += session->state == WORLD_CLERK_SEARCHING || session->state == WORLD_CLERK_LOCKING;
    }
    world_fifo_check(&clerks->waiting);
    world_locks_check(&clerks->locks);
    world_processor_check(&clerks->processor);
    world_order_desk_check(&clerks->desk);
    SIM_ASSERT(open == clerks->open_count);
    SIM_ASSERT(working == clerks->processor.jobs.count + clerks->locks.waiting);
    SIM_ASSERT(node->up || open == 0);
}

static void destroy(struct world_node *node)
{
    world_clerks *clerks = from_node(node);

    world_fifo_finish(&clerks->waiting);
    world_locks_finish(&clerks->locks);
    world_processor_finish(&clerks->processor);
    world_order_desk_finish(&clerks->desk);
    world_node_finish(node);
    free(clerks->sessions);
    g_free(clerks);
}

static const struct world_node_type clerks_type = {
    .name = "clerks",
    .feels = WORLD_FEELS_PAUSE | WORLD_FEELS_SLOW,
    .is_complete = is_complete,
    .start = begin_life,
    .receive = world_clerks_receive,
    .crash = crash,
    .restart = begin_life,
    .verify = verify,
    .destroy = destroy,
};

static void open_counters(world_clerks *clerks)
{
    const struct world_node *node = &clerks->node;

    clerks->counters = (struct world_clerks_counters){
        .decided = world_node_counter(node, "decided", "rules"),
        .conflicts = world_node_counter(node, "conflicts", "transactions"),
        .deadlocks = world_node_counter(node, "deadlocks", "transactions"),
        .failed = world_node_counter(node, "failed", "rules"),
        .dropped = world_node_counter(node, "dropped", "rules"),
        .busy = world_node_gauge(node, "busy", "workers"),
        .waiting = world_node_gauge(node, "waiting", "rules"),
        .lock_waiting = world_node_gauge(node, "lock_waiting", "workers"),
        .lock_wait = world_node_tally(node, "lock_wait", "ns"),
        .response = world_node_tally(node, "response", "ns"),
    };
    SIM_ASSERT(clerks->counters.decided->value == 0);
}

world_clerks *world_clerks_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_clerks_config *config,
    GError **error)
{
    world_clerks *clerks = g_new0(world_clerks, 1);

    SIM_ASSERT(config->workers > 0 && config->window > 0 && config->cores > 0);
    clerks->config = *config;
    if (!world_node_init(&clerks->node, &clerks_type, datacenter, name, error)) {
        g_free(clerks);
        return NULL;
    }
    world_order_desk_init(
        &clerks->desk, &clerks->node, config->book, config->workers, world_clerks_overdue);
    clerks->desk.answers = config->answers;
    clerks->search = world_node_stream(&clerks->node, "search");
    clerks->write = world_node_stream(&clerks->node, "write");
    clerks->hold = world_node_stream(&clerks->node, "hold");
    clerks->sessions = sim_allocate(config->workers, sizeof(struct world_clerk_session));
    free_sessions(clerks);
    world_locks_init(&clerks->locks, config->workers);
    world_processor_init(&clerks->processor, config->cores);
    world_alarm_init(&clerks->alarm, &datacenter->world->run, world_clerks_wake, clerks);
    clerks->deadlocks = world_check_create(datacenter->world);
    clerks->deadlocks->at_sample = check_deadlocks;
    clerks->deadlocks->context = clerks;
    open_counters(clerks);
    return clerks;
}

bool world_clerks_connect(world_clerks *clerks, struct world_node *book, GError **error)
{
    if (!world_link_connect(&clerks->node, "writes to", book, &clerks->desk.target, error)) {
        return false;
    }
    SIM_ASSERT(!clerks->node.world->started);
    clerks->desk.pipe = world_link_pipe(&clerks->node, book);
    return true;
}

struct world_node *world_clerks_node(world_clerks *clerks)
{
    return &clerks->node;
}

struct world_check *world_clerks_check_deadlocks(world_clerks *clerks)
{
    return clerks->deadlocks;
}
