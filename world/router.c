/* A table is an index from the key to its target; a range is searched by halves. */
/* SPDX-License-Identifier: MIT */
#include "world/router.h"

#include "models/index.h"
#include "sim/random.h"
#include "world/relay.h"

struct world_router {
    struct world_node node;
    struct world_router_config config;
    struct world_relay relay;
    struct model_index table;    /* by key, of WORLD_ROUTER_TABLE */
    struct sim_counter **passed; /* by target */
    struct sim_counter *routed;
};

static world_router *from_node(struct world_node *node)
{
    return (world_router *)node; /* the node is its first member */
}

/* ---- where to ---- */

static uint32_t target_by_range(const world_router *router, uint64_t key)
{
    uint32_t low = 0; /* entries below this one have bounds up to the key */
    uint32_t high = router->config.entry_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (router->config.entries[middle].key <= key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    SIM_ASSERT(low <= router->config.entry_count);
    return low < router->config.entry_count ? router->config.entries[low].target
                                            : router->relay.target_count - 1;
}

static uint32_t target_by_table(const world_router *router, uint64_t key)
{
    uint32_t target;

    SIM_ASSERT(router->config.by == WORLD_ROUTER_TABLE);
    return model_index_find(&router->table, key, &target) ? target : router->relay.target_count - 1;
}

uint32_t world_router_target(const world_router *router, uint64_t key)
{
    SIM_ASSERT(router->relay.target_count > 0);
    switch (router->config.by) {
    case WORLD_ROUTER_RANGE:
        return target_by_range(router, key);
    case WORLD_ROUTER_TABLE:
        return target_by_table(router, key);
    case WORLD_ROUTER_HASH:
        break;
    }
    return (uint32_t)(sim_random_mix(key) % router->relay.target_count);
}

static void receive(struct world_node *node, uint32_t slot)
{
    world_router *router = from_node(node);
    const struct world_packet *packet = &node->world->packets.slots[slot];

    if (!world_relay_is_request(packet->kind)) {
        world_relay_return(&router->relay, slot);
        return;
    }
    uint32_t target =
        world_router_target(router, world_field_of(&packet->message, router->config.field));
    SIM_ASSERT(target < router->relay.target_count);
    router->routed->value++;
    router->passed[target]->value++;
    world_relay_pass(&router->relay, slot, target);
}

/* ---- a node's life ---- */

static bool is_complete(const struct world_node *node, GError **error)
{
    const world_router *router = (const world_router *)node;

    if (!world_relay_is_complete(&router->relay, error)) {
        return false;
    }
    for (uint32_t i = 0; i < router->config.entry_count; i++) {
        if (router->config.entries[i].target >= router->relay.target_count) {
            g_set_error(
                error,
                WORLD_ERROR,
                WORLD_ERROR_ROUTE,
                "router %s: entry %u names target %u, but it has %u: the first target is 0",
                node->path,
                i,
                router->config.entries[i].target,
                router->relay.target_count);
            return false;
        }
    }
    SIM_ASSERT(node->type->is_complete == is_complete);
    return true;
}

static void crash(struct world_node *node)
{
    world_router *router = from_node(node);

    world_relay_crash(&router->relay);
    SIM_ASSERT(router->relay.count == 0);
}

static void verify(const struct world_node *node)
{
    const world_router *router = (const world_router *)node;
    uint64_t passed = 0;

    world_relay_check(&router->relay);
    for (uint32_t i = 0; i < router->relay.target_count; i++) {
        passed += router->passed[i]->value;
    }
    SIM_ASSERT(passed == router->routed->value);
}

static void destroy(struct world_node *node)
{
    world_router *router = from_node(node);

    world_relay_finish(&router->relay);
    model_index_finish(&router->table);
    world_node_finish(node);
    g_free(router->passed);
    g_free(router);
}

static const struct world_node_type router_type = {
    .name = "router",
    .feels = WORLD_FEELS_PAUSE,
    .is_complete = is_complete,
    .start = world_node_up,
    .receive = receive,
    .crash = crash,
    .restart = world_node_up,
    .verify = verify,
    .destroy = destroy,
};

/* ---- building ---- */

static bool are_entries_valid(
    const char *name, const struct world_router_config *config, GError **error)
{
    SIM_ASSERT(config->entry_count <= WORLD_ROUTER_ENTRIES_MAX);
    for (uint32_t i = 1; i < config->entry_count; i++) {
        if (config->entries[i].key <= config->entries[i - 1].key) {
            g_set_error(
                error,
                WORLD_ERROR,
                WORLD_ERROR_VALUE,
                "router '%s': key %" G_GUINT64_FORMAT " stands after %" G_GUINT64_FORMAT
                ": write its entries in ascending order, each once",
                name,
                config->entries[i].key,
                config->entries[i - 1].key);
            return false;
        }
    }
    return true;
}

world_router *world_router_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_router_config *config,
    GError **error)
{
    SIM_ASSERT(config->window > 0);
    SIM_ASSERT(config->field >= WORLD_FIELD_NONE && config->field < MODEL_ATTRIBUTE_COUNT);
    if (!are_entries_valid(name, config, error)) {
        return NULL;
    }
    world_router *router = g_new0(world_router, 1);
    router->config = *config;
    if (!world_node_init(&router->node, &router_type, datacenter, name, error)) {
        g_free(router);
        return NULL;
    }
    world_relay_init(&router->relay, &router->node, config->window);
    model_index_init(&router->table);
    for (uint32_t i = 0; i < config->entry_count && config->by == WORLD_ROUTER_TABLE; i++) {
        model_index_insert(&router->table, config->entries[i].key, config->entries[i].target);
    }
    router->routed = world_node_counter(&router->node, "routed", "messages");
    return router;
}

bool world_router_connect(world_router *router, struct world_node *target, GError **error)
{
    uint32_t count = router->relay.target_count;

    if (!world_relay_add_target(&router->relay, target, error)) {
        return false;
    }
    g_autofree char *measure = g_strdup_printf("to%u", count);
    router->passed = g_renew(struct sim_counter *, router->passed, count + 1);
    router->passed[count] = world_node_counter(&router->node, measure, "messages");
    SIM_ASSERT(router->relay.target_count == count + 1);
    return true;
}

struct world_node *world_router_node(world_router *router)
{
    return &router->node;
}
