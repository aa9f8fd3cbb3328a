/* What it does is in world/updater_serve.c. */
/* SPDX-License-Identifier: MIT */
#include "world/updater.h"

#include <stdlib.h>

#include "world/datacenter.h"
#include "world/link.h"
#include "world/updater_state.h"

/* ---- a node's life ---- */

static bool is_complete(const struct world_node *node, GError **error)
{
    const world_updater *updater = (const world_updater *)node;
    bool lacks_database = updater->behind == NULL && !updater->config.is_pushing;

    SIM_ASSERT(node->type->is_complete == is_complete);
    if (lacks_database || updater->cache_count == 0) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_ROUTE,
            "updater %s %s: connect it with tb.connect(updater, %s)",
            node->path,
            lacks_database ? "reads from no database" : "updates no cache",
            lacks_database ? "database" : "cache");
    }
    return !lacks_database && updater->cache_count > 0;
}

static void crash(struct world_node *node)
{
    world_updater *updater = world_updater_of(node);
    const struct world_refreshes *refreshes = &updater->refreshes;
    uint32_t place = refreshes->order.oldest;

    SIM_ASSERT(!updater->is_pumping);
    for (; place != WORLD_RECENCY_NONE; place = refreshes->order.links[place].newer) {
        world_packets_free(&node->world->packets, refreshes->changes[place].slot);
    }
    for (uint32_t i = 0; i < updater->config.readings_max; i++) {
        updater->jobs[i].phase = WORLD_UPDATER_FREE;
    }
    world_refreshes_clear(&updater->refreshes);
    world_alarm_cancel(&updater->alarm);
    world_updater_note(updater);
}

static void verify(const struct world_node *node)
{
    const world_updater *updater = (const world_updater *)node;
    uint32_t under_way = 0;

    world_refreshes_check(&updater->refreshes);
    world_alarm_check(&updater->alarm);
    for (uint32_t i = 0; i < updater->config.readings_max; i++) {
        const struct world_updater_job *job = &updater->jobs[i];
        if (job->phase != WORLD_UPDATER_FREE) {
            under_way += job->count;
            SIM_ASSERT(node->is_paused || updater->alarm.time <= job->deadline);
        }
    }
    SIM_ASSERT(under_way == updater->refreshes.under_way);
    SIM_ASSERT(updater->counters.waiting->value == updater->refreshes.order.count);
    SIM_ASSERT(node->up || updater->refreshes.order.count == 0);
}

static void destroy(struct world_node *node)
{
    world_updater *updater = world_updater_of(node);

    world_refreshes_finish(&updater->refreshes);
    world_node_finish(node);
    free(updater->caches);
    free(updater->jobs);
    g_free(updater);
}

static const struct world_node_type updater_type = {
    .name = "updater",
    .feels = WORLD_FEELS_PAUSE,
    .is_complete = is_complete,
    .start = world_node_up,
    .receive = world_updater_receive,
    .crash = crash,
    .restart = world_node_up,
    .verify = verify,
    .destroy = destroy,
};

static void open_counters(world_updater *updater)
{
    const struct world_node *node = &updater->node;

    updater->counters = (struct world_updater_counters){
        .changes = world_node_counter(node, "changes", "messages"),
        .coalesced = world_node_counter(node, "coalesced", "messages"),
        .refused = world_node_counter(node, "refused", "messages"),
        .readings = world_node_counter(node, "readings", "requests"),
        .refreshed = world_node_counter(node, "refreshed", "keys"),
        .failed = world_node_counter(node, "failed", "requests"),
        .unreached = world_node_counter(node, "unreached", "requests"),
        .waiting = world_node_gauge(node, "waiting", "messages"),
        .latency = world_node_tally(node, "latency", "ns"),
    };
    SIM_ASSERT(updater->counters.changes->value == 0);
}

world_updater *world_updater_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_updater_config *config,
    GError **error)
{
    world_updater *updater = g_new0(world_updater, 1);

    SIM_ASSERT(config->batch > 0 && config->batch <= WORLD_BATCH_MAX && config->timeout > 0);
    SIM_ASSERT(config->tries > 0);
    SIM_ASSERT(config->readings_max > 0 && config->readings_max <= WORLD_UPDATER_READINGS_MAX);
    updater->config = *config;
    if (!world_node_init(&updater->node, &updater_type, datacenter, name, error)) {
        g_free(updater);
        return NULL;
    }
    world_refreshes_init(&updater->refreshes, config->interval, config->waiting_max);
    updater->jobs = sim_allocate(config->readings_max, sizeof(*updater->jobs));
    for (uint32_t i = 0; i < config->readings_max; i++) {
        updater->jobs[i].batch = world_batch_add(datacenter->world);
    }
    world_alarm_init(&updater->alarm, &datacenter->world->run, world_updater_wake, updater);
    open_counters(updater);
    return updater;
}

static bool add_cache(world_updater *updater, struct world_node *node, GError **error)
{
    struct world_node *end = NULL;

    if (!world_link_connect(&updater->node, "updates", node, &end, error)) {
        return false;
    }
    updater->caches = sim_grow(
        updater->caches, updater->cache_count, updater->cache_count + 1, sizeof(*updater->caches));
    updater->caches[updater->cache_count++] =
        (struct world_updater_cache){.node = node, .pipe = world_link_pipe(&updater->node, node)};
    SIM_ASSERT(end == node);
    return true;
}

bool world_updater_connect(world_updater *updater, struct world_node *node, GError **error)
{
    SIM_ASSERT(!updater->node.world->started);
    if (g_str_equal(node->type->name, "cache")) {
        return add_cache(updater, node, error);
    }
    if (!world_link_connect(&updater->node, "reads from", node, &updater->behind, error)) {
        return false;
    }
    updater->pipe = world_link_pipe(&updater->node, node);
    return true;
}

/* Has any change waited for longer than it may? */
static void end_contained(struct world_check *check, struct world *world)
{
    const GPtrArray *updaters = check->context;

    for (uint32_t i = 0; i < updaters->len; i++) {
        const world_updater *updater = g_ptr_array_index(updaters, i);
        const struct world_refresh_change *oldest = world_refreshes_oldest(&updater->refreshes);
        SIM_ASSERT(check == updater->contained);
        if (oldest != NULL && world->run.now - oldest->since > updater->within) {
            world_check_fail(
                check,
                world->run.now,
                "%s has known of a change of key %" G_GUINT64_FORMAT " for %.3f s",
                updater->node.path,
                oldest->key,
                (double)(world->run.now - oldest->since) / 1e9);
        }
    }
}

static void free_updaters(void *updaters)
{
    g_ptr_array_unref(updaters);
}

struct world_check *world_updater_check_contained(
    world_updater *updater, sim_time within, struct world_check *with)
{
    SIM_ASSERT(within > 0 && updater->contained == NULL);
    SIM_ASSERT(with == NULL || with->at_end == end_contained);
    updater->contained = with;
    if (with == NULL) {
        updater->contained = world_check_create(updater->node.world);
        updater->contained->at_end = end_contained;
        updater->contained->context = g_ptr_array_new();
        updater->contained->free_context = free_updaters;
    }
    g_ptr_array_add(updater->contained->context, updater);
    updater->within = within;
    return updater->contained;
}

struct world_node *world_updater_node(world_updater *updater)
{
    return &updater->node;
}
