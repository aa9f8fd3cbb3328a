/* A data centre knows its nodes in the order of their making, and fails and recovers them in that
 * order. */
/* SPDX-License-Identifier: MIT */
#include "world/datacenter.h"

#include "world/link.h"
#include "world/node.h"

/* Inside a data centre: 100 us one way, no limit of bandwidth. */
static void add_local_link(struct world_datacenter *datacenter)
{
    struct world_link_config config = {.bandwidth = 0};
    struct sim_dist_error problem;
    bool is_valid =
        sim_dist_init(&config.latency, SIM_DIST_CONSTANT, (const double[]){100e-6}, &problem);

    SIM_ASSERT(is_valid);
    const struct world_link *link = world_link_add(datacenter, datacenter, &config, NULL);
    SIM_ASSERT(link != NULL);
}

struct world_datacenter *world_datacenter_add(struct world *world, const char *name, GError **error)
{
    return world_datacenter_add_drawing_as(world, name, name, error);
}

struct world_datacenter *world_datacenter_add_drawing_as(
    struct world *world, const char *name, const char *draws_as, GError **error)
{
    SIM_ASSERT(!world->started);
    if (!world_name_is_valid(name, "data centre", error) ||
        !world_name_is_valid(draws_as, "data centre", error)) {
        return NULL;
    }
    if (world_datacenter_find(world, name) != NULL) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_NAME,
            "there is a data centre called '%s' already",
            name);
        return NULL;
    }

    struct world_disk_config disk = world_disk_default();
    struct world_datacenter *datacenter = g_new0(struct world_datacenter, 1);
    datacenter->world = world;
    datacenter->name = g_strdup(name);
    datacenter->draws_as = g_strdup(draws_as);
    datacenter->index = world->datacenters->len;
    datacenter->nodes = g_ptr_array_new();
    datacenter->names = g_hash_table_new(g_str_hash, g_str_equal);
    datacenter->routes = g_ptr_array_new();
    disk.draws_as = draws_as;
    datacenter->disk = world_disk_create(world, name, &disk);
    g_ptr_array_add(world->datacenters, datacenter);
    add_local_link(datacenter);
    return datacenter;
}

struct world_datacenter *world_datacenter_find(const struct world *world, const char *name)
{
    for (uint32_t i = 0; i < world->datacenters->len; i++) {
        struct world_datacenter *datacenter = g_ptr_array_index(world->datacenters, i);
        if (g_str_equal(datacenter->name, name)) {
            return datacenter;
        }
    }
    return NULL;
}

void world_datacenter_fail(struct world_datacenter *datacenter)
{
    if (datacenter->failed) {
        return;
    }
    SIM_ASSERT(datacenter->nodes != NULL);
    datacenter->failed = true;
    for (uint32_t i = 0; i < datacenter->nodes->len; i++) {
        world_node_crash(g_ptr_array_index(datacenter->nodes, i));
    }
    world_disk_crash(datacenter->disk);
}

void world_datacenter_recover(struct world_datacenter *datacenter)
{
    if (!datacenter->failed || datacenter->outages > 0) {
        return;
    }
    SIM_ASSERT(datacenter->nodes != NULL);
    datacenter->failed = false;
    for (uint32_t i = 0; i < datacenter->nodes->len; i++) {
        world_node_restart(g_ptr_array_index(datacenter->nodes, i));
    }
}

void world_datacenter_verify(const struct world_datacenter *datacenter)
{
    SIM_ASSERT(world_link_between(datacenter, datacenter) != NULL);
    for (uint32_t i = 0; i < datacenter->nodes->len; i++) {
        const struct world_node *node = g_ptr_array_index(datacenter->nodes, i);
        SIM_ASSERT(node->datacenter == datacenter);
    }
    for (uint32_t i = 0; i < datacenter->routes->len; i++) {
        const struct world_link *link = g_ptr_array_index(datacenter->routes, i);
        SIM_ASSERT(link == NULL || link->ends[0] == datacenter || link->ends[1] == datacenter);
    }
    world_disk_check(datacenter->disk);
}

void world_datacenter_free(struct world_datacenter *datacenter)
{
    SIM_ASSERT(datacenter->nodes != NULL);
    world_disk_destroy(datacenter->disk);
    g_ptr_array_unref(datacenter->routes);
    g_ptr_array_unref(datacenter->nodes);
    g_hash_table_unref(datacenter->names);
    g_free(datacenter->draws_as);
    g_free(datacenter->name);
    g_free(datacenter);
}
