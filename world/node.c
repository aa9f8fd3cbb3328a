/* A node is entered in the world when it is initialised; its index never changes. */
/* SPDX-License-Identifier: MIT */
#include "world/node.h"

#include "world/datacenter.h"
#include "world/fault_node.h"

/* The names that a data centre's own measures use. */
static bool is_reserved(const char *name)
{
    return g_str_equal(name, "disk") || g_str_equal(name, "link");
}

static bool is_free(const struct world_datacenter *datacenter, const char *name, GError **error)
{
    if (is_reserved(name)) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_NAME,
            "the name '%s' is reserved: choose another",
            name);
        return false;
    }
    const struct world_node *node = g_hash_table_lookup(datacenter->names, name);
    if (node != NULL) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_NAME,
            "data centre '%s' has a %s called '%s' already: choose another name",
            datacenter->name,
            node->type->name,
            name);
    }
    return node == NULL;
}

char *world_node_draw_path(const struct world_node *node)
{
    SIM_ASSERT(node->datacenter->draws_as != NULL);
    return g_strdup_printf("%s/%s", node->datacenter->draws_as, node->name);
}

bool world_node_init(
    struct world_node *node,
    const struct world_node_type *type,
    struct world_datacenter *datacenter,
    const char *name,
    GError **error)
{
    if (!world_name_is_valid(name, type->name, error) || !is_free(datacenter, name, error)) {
        return false;
    }
    SIM_ASSERT(!datacenter->world->started);

    struct world *world = datacenter->world;
    node->type = type;
    node->world = world;
    node->datacenter = datacenter;
    node->path = g_strdup_printf("%s/%s", datacenter->name, name);
    char *own_name = node->path + strlen(datacenter->name) + 1;
    node->name = own_name;
    node->index = world->nodes->len;
    node->incarnation = 1;
    g_ptr_array_add(world->nodes, node);
    g_autofree char *drawn = world_node_draw_path(node);
    uint64_t hash = sim_stream_named(0, drawn).key;
    g_array_append_val(world->node_hashes, hash);
    g_ptr_array_add(datacenter->nodes, node);
    g_hash_table_insert(datacenter->names, own_name, node);
    return true;
}

void world_node_finish(struct world_node *node)
{
    SIM_ASSERT(node->path != NULL);
    world_fault_node_finish(node);
    g_free(node->path);
}

void world_node_start(struct world_node *node)
{
    bool is_to_crash = node->crashed;

    SIM_ASSERT(node->world->started && !node->up);
    node->crashed = false;
    node->type->start(node);
    if (is_to_crash) {
        world_node_crash(node);
    }
}

void world_node_crash(struct world_node *node)
{
    if (node->crashed || !node->world->started) {
        node->crashed = true;
        return;
    }
    SIM_ASSERT(node->incarnation < UINT32_MAX);
    world_audit_lose_held(node->world->audit, node);
    node->type->crash(node);
    node->crashed = true;
    node->up = false;
    node->incarnation++;
    world_trace(node->world, WORLD_TRACE_CRASH, node->index, node->incarnation);
    if (node->faults != NULL) {
        world_fault_node_crashed(node);
    }
}

void world_node_restart(struct world_node *node)
{
    if (!node->crashed || node->outages > 0 || node->datacenter->failed) {
        return;
    }
    SIM_ASSERT(!node->up);
    node->crashed = false;
    if (node->world->started) {
        node->type->restart(node);
    }
}

void world_node_up(struct world_node *node)
{
    SIM_ASSERT(!node->up && !node->crashed);
    node->up = true;
    world_trace(node->world, WORLD_TRACE_UP, node->index, node->incarnation);
}

static void come_up(void *context, uint64_t incarnation)
{
    struct world_node *node = context;

    SIM_ASSERT(incarnation <= node->incarnation);
    if (node->incarnation != incarnation) {
        return;
    }
    if (incarnation > 1) {
        world_incident_note(node->world, "%s has read back what it had stored", node->path);
    }
    world_node_up(node);
}

void world_node_up_after(struct world_node *node, sim_time delay)
{
    SIM_ASSERT(!node->up && !node->crashed);
    (void)sim_run_after(&node->world->run, delay, come_up, node, node->incarnation);
}

void world_node_verify(const struct world_node *node)
{
    SIM_ASSERT(world_node_at(node->world, node->index) == node);
    SIM_ASSERT(node->datacenter->world == node->world);
    SIM_ASSERT(node->incarnation > 0);
    SIM_ASSERT(!node->up || !node->crashed);
    SIM_ASSERT(!node->crashed || node->incarnation > 1 || !node->world->started);
    SIM_ASSERT(!node->datacenter->failed || node->crashed);
    SIM_ASSERT(node->outages == 0 || node->crashed);
    SIM_ASSERT(!node->is_paused || !node->crashed);
    if (node->type->verify != NULL) {
        node->type->verify(node);
    }
}

/* The node whose path is all but the last part of the measure's name; NULL: there is none. */
static struct world_node *node_of_measure(const struct world *world, const char *name)
{
    g_auto(GStrv) parts = g_strsplit(name, "/", 3);

    SIM_ASSERT(world->datacenters != NULL);
    if (g_strv_length(parts) != 3) {
        return NULL;
    }
    const struct world_datacenter *datacenter = world_datacenter_find(world, parts[0]);
    return datacenter == NULL ? NULL : g_hash_table_lookup(datacenter->names, parts[1]);
}

const struct sim_measure *world_node_find_measure(const struct world *world, const char *name)
{
    const struct sim_measure *found = sim_registry_find(world->registry, name);

    if (found != NULL) {
        return found;
    }
    struct world_node *node = node_of_measure(world, name);
    if (node == NULL || node->type->open_measures == NULL) {
        return NULL;
    }
    SIM_ASSERT(node->world == world);
    node->type->open_measures(node);
    return sim_registry_find(world->registry, name);
}

struct sim_counter *world_node_counter(
    const struct world_node *node, const char *measure, const char *unit)
{
    g_autofree char *path = g_strdup_printf("%s/%s", node->path, measure);
    struct sim_counter *counter = sim_registry_counter(node->world->registry, path, unit);

    SIM_ASSERT(counter != NULL);
    return counter;
}

struct sim_gauge *world_node_gauge(
    const struct world_node *node, const char *measure, const char *unit)
{
    g_autofree char *path = g_strdup_printf("%s/%s", node->path, measure);
    struct sim_gauge *gauge = sim_registry_gauge(node->world->registry, path, unit);

    SIM_ASSERT(gauge != NULL);
    return gauge;
}

struct sim_tally *world_node_tally(
    const struct world_node *node, const char *measure, const char *unit)
{
    g_autofree char *path = g_strdup_printf("%s/%s", node->path, measure);
    struct sim_tally *tally = sim_registry_tally(node->world->registry, path, unit);

    SIM_ASSERT(tally != NULL);
    return tally;
}

struct sim_stream world_node_stream(const struct world_node *node, const char *use)
{
    g_autofree char *drawn =
        g_strdup_printf("%s/%s/%s", node->datacenter->draws_as, node->name, use);

    SIM_ASSERT(use[0] != '\0' && strchr(use, '/') == NULL);
    return sim_stream_named(node->world->seed, drawn);
}
