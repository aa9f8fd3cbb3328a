/* Requests are carried out in world/database_serve.c. */
/* SPDX-License-Identifier: MIT */
#include "world/database.h"

#include <stdlib.h>

#include "world/database_state.h"
#include "world/datacenter.h"

#define NONE UINT32_MAX

/* ---- a node's life ---- */

static void free_sessions(world_database *database)
{
    database->free_head = NONE;
    database->open_count = 0;
    for (uint32_t i = database->config.connections; i-- > 0;) {
        database->sessions[i] = (struct world_session){.slot = database->free_head};
        database->free_head = i;
    }
    SIM_ASSERT(database->free_head == 0);
}

static void crash(struct world_node *node)
{
    world_database *database = world_database_of(node);
    struct world_packets *packets = &node->world->packets;
    struct world_waiting first;

    while (world_fifo_pop(&database->waiting, &first)) {
        world_packets_free(packets, first.slot);
    }
    for (uint32_t i = 0; i < database->config.connections; i++) {
        const struct world_session *session = &database->sessions[i];
        if (session->is_open) {
            world_packets_free(packets, session->slot);
        }
    }
    world_locks_clear(&database->locks);
    world_processor_clear(&database->processor, world_database_now(database));
    world_alarm_cancel(&database->alarm);
    free_sessions(database);
    sim_gauge_set(database->counters.connected, 0, world_database_now(database));
    sim_gauge_set(database->counters.waiting, 0, world_database_now(database));
    sim_gauge_set(database->counters.lock_waiting, 0, world_database_now(database));
}

static void verify(const struct world_node *node)
{
    const world_database *database = (const world_database *)node;
    uint32_t open = 0;
    uint32_t holding = 0;
    for (uint32_t i = 0; i < database->config.connections; i++) {
        open += database->sessions[i].is_open;
        holding += database->sessions[i].is_holding;
    }
    world_fifo_check(&database->waiting);
    world_locks_check(&database->locks);
    world_processor_check(&database->processor);
    world_alarm_check(&database->alarm);
    SIM_ASSERT(open == database->open_count);
    SIM_ASSERT(open == database->processor.jobs.count + holding + database->locks.waiting);
    SIM_ASSERT(database->waiting.count <= database->config.waiting_max);
    SIM_ASSERT(database->waiting.count == 0 || open == database->config.connections);
    SIM_ASSERT(
        node->is_paused ||
        world_alarm_is_in_time(&database->alarm, world_processor_next(&database->processor)));
    SIM_ASSERT(node->up || open == 0);
}

static void destroy(struct world_node *node)
{
    world_database *database = world_database_of(node);

    world_fifo_finish(&database->waiting);
    world_feed_finish(&database->changes);
    world_locks_finish(&database->locks);
    world_processor_finish(&database->processor);
    world_node_finish(node);
    free(database->versions.rows);
    free(database->sessions);
    g_free(database);
}

static const struct world_node_type database_type = {
    .name = "database",
    .feels = WORLD_FEELS_PAUSE | WORLD_FEELS_SLOW,
    .start = world_node_up,
    .receive = world_database_receive,
    .crash = crash,
    .restart = world_node_up,
    .verify = verify,
    .destroy = destroy,
};

static void open_counters(world_database *database)
{
    const struct world_node *node = &database->node;

    database->counters = (struct world_database_counters){
        .requests = world_node_counter(node, "requests", "requests"),
        .reads = world_node_counter(node, "reads", "rows"),
        .writes = world_node_counter(node, "writes", "requests"),
        .aborted = world_node_counter(node, "aborted", "requests"),
        .refused = world_node_counter(node, "refused", "requests"),
        .expired = world_node_counter(node, "expired", "requests"),
        .connected = world_node_gauge(node, "connected", "connections"),
        .waiting = world_node_gauge(node, "waiting", "requests"),
        .lock_waiting = world_node_gauge(node, "lock_waiting", "requests"),
        .lock_wait = world_node_tally(node, "lock_wait", "ns"),
        .response = world_node_tally(node, "response", "ns"),
    };
    SIM_ASSERT(database->counters.reads->value == 0);
}

world_database *world_database_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_database_config *config,
    GError **error)
{
    world_database *database = g_new0(world_database, 1);

    SIM_ASSERT(config->rows > 0 && config->connections > 0 && config->cores > 0);
    database->config = *config;
    if (!world_node_init(&database->node, &database_type, datacenter, name, error)) {
        g_free(database);
        return NULL;
    }
    database->request = world_node_stream(&database->node, "request");
    database->work = world_node_stream(&database->node, "work");
    database->hold = world_node_stream(&database->node, "hold");
    database->versions = (struct world_versions){
        .rows = sim_allocate(config->rows, sizeof(struct world_version)),
        .count = config->rows,
    };
    database->sessions = sim_allocate(config->connections, sizeof(struct world_session));
    free_sessions(database);
    world_locks_init(&database->locks, config->connections);
    world_processor_init(&database->processor, config->cores);
    world_alarm_init(&database->alarm, &datacenter->world->run, world_database_wake, database);
    open_counters(database);
    return database;
}

struct world_node *world_database_node(world_database *database)
{
    return &database->node;
}

struct world_feed *world_database_changes(world_database *database)
{
    return &database->changes;
}

struct world_check *world_database_check_limit(world_database *database)
{
    if (database->limit == NULL) {
        database->limit = world_check_create(database->node.world);
    }
    SIM_ASSERT(!database->node.world->started);
    return database->limit;
}

const struct world_versions *world_database_versions(const world_database *database)
{
    return &database->versions;
}
