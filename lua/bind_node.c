/* Each node is made from one table, in which the library has filled in every field. */
/* SPDX-License-Identifier: MIT */
#include <lauxlib.h>

#include "lua/bind.h"
#include "lua/call.h"
#include "lua/fail.h"
#include "lua/view.h"
#include "world/broker.h"
#include "world/consumer.h"
#include "world/datacenter.h"
#include "world/ledger.h"
#include "world/producer.h"
#include "world/replicas.h"

#define PLACE_SIZE 256

enum { DATACENTER = 1, NAME = 2, CONFIG = 3 }; /* the arguments of what makes a node */

/* ---- producers ---- */

/* core.attribute(name): its index, or nil when there are too many. */
static int node_attribute(lua_State *lua)
{
    int index = script_view_attribute(lua, luaL_checkstring(lua, 1));

    if (index < 0) {
        lua_pushnil(lua);
    } else {
        lua_pushinteger(lua, index);
    }
    return 1;
}

/* message = {key, value, size, attributes = {distribution of attribute 0, 1, ...}}, at the top. */
static struct world_recipe_config read_recipe(lua_State *lua)
{
    int place = lua_gettop(lua);
    struct world_recipe_config recipe = {
        .key = script_bind_dist_field(lua, place, "key"),
        .value = script_bind_dist_field(lua, place, "value"),
        .value_per = (uint32_t)script_bind_integer(lua, place, "per"),
        .size = (uint32_t)script_bind_integer(lua, place, "size"),
    };

    lua_getfield(lua, place, "attributes");
    recipe.attribute_count = (uint32_t)lua_rawlen(lua, -1);
    SIM_ASSERT(recipe.attribute_count <= MODEL_ATTRIBUTE_COUNT);
    for (uint32_t i = 0; i < recipe.attribute_count; i++) {
        lua_rawgeti(lua, -1, (lua_Integer)i + 1);
        recipe.attributes[i] = *script_bind_dist_at(lua, -1);
        lua_pop(lua, 1);
    }
    lua_getfield(lua, place, "times"); /* by place, true: it is a time */
    for (uint32_t i = 0; i < recipe.attribute_count; i++) {
        lua_rawgeti(lua, -1, (lua_Integer)i + 1);
        recipe.is_time[i] = lua_toboolean(lua, -1) != 0;
        lua_pop(lua, 1);
    }
    lua_pop(lua, 2);
    return recipe;
}

/* core.producer(datacenter, name, config) */
static int node_producer(lua_State *lua)
{
    GError *error = NULL;
    struct world_datacenter *datacenter = script_bind_object(lua, DATACENTER, SCRIPT_DATACENTER);
    struct world_producer_config config = {
        .buffer = (uint32_t)script_bind_integer(lua, CONFIG, "buffer"),
        .window = (uint32_t)script_bind_integer(lua, CONFIG, "window"),
        .linger = script_bind_integer(lua, CONFIG, "linger"),
        .timeout = script_bind_integer(lua, CONFIG, "timeout"),
        .backoff_first = script_bind_integer(lua, CONFIG, "backoff_first"),
        .backoff_max = script_bind_integer(lua, CONFIG, "backoff_max"),
    };

    lua_getfield(lua, CONFIG, "arrivals");
    config.source = script_bind_source_at(lua, -1);
    lua_getfield(lua, CONFIG, "message");
    config.recipe = read_recipe(lua);
    (void)script_bind_world_to_build(lua);
    world_producer *producer =
        world_producer_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);
    if (producer == NULL) {
        return script_fail_error(lua, error);
    }
    return script_bind_push(lua, SCRIPT_PRODUCER, producer);
}

/* ---- queues ---- */

struct model_journal_config script_bind_journal_at(lua_State *lua, int index)
{
    static const char *const syncs[] = {"none", "interval", "every_n", "always", NULL};

    return (struct model_journal_config){
        .sync = (enum model_sync)script_bind_choice(lua, index, "sync", syncs),
        .interval = script_bind_integer(lua, index, "interval"),
        .every_n = (uint32_t)script_bind_integer(lua, index, "every_n"),
        .segment_size = (uint64_t)script_bind_integer(lua, index, "segment_size"),
    };
}

/* core.broker(datacenter, name, config) */
static int node_broker(lua_State *lua)
{
    static const char *const policies[] = {"block", "reject", "drop_oldest", "drop_newest", NULL};
    static const char *const stores[] = {"memory", "journal", NULL};
    static const char *const models[] = {
        "producer_consumer", "point_to_point", "publish_subscribe", "mvc", NULL};
    GError *error = NULL;
    struct world_datacenter *datacenter = script_bind_object(lua, DATACENTER, SCRIPT_DATACENTER);
    int when_full = script_bind_choice(lua, CONFIG, "when_full", policies);
    struct world_broker_config config = {
        .hosted.model = (enum world_queue_model)script_bind_choice(lua, CONFIG, "model", models),
        .hosted.topic =
            {
                .partitions = (uint32_t)script_bind_integer(lua, CONFIG, "partitions"),
                .retain_bytes = (uint64_t)script_bind_integer(lua, CONFIG, "retain"),
                .retain_age = script_bind_integer(lua, CONFIG, "retain_age"),
                .payload_max = (uint32_t)script_bind_integer(lua, CONFIG, "payload_max"),
                .compacts = script_bind_boolean(lua, CONFIG, "compact"),
            },
        .hosted.queue =
            {
                .capacity = (uint64_t)script_bind_integer(lua, CONFIG, "capacity"),
                .payload_max = (uint32_t)script_bind_integer(lua, CONFIG, "payload_max"),
                .when_full = (enum model_when_full)when_full,
                .lease = script_bind_integer(lua, CONFIG, "lease"),
                .attempts_max = (uint32_t)script_bind_integer(lua, CONFIG, "attempts_max"),
                .prefetch = (uint32_t)script_bind_integer(lua, CONFIG, "prefetch"),
                .backoff_first = script_bind_integer(lua, CONFIG, "backoff_first"),
                .backoff_max = script_bind_integer(lua, CONFIG, "backoff_max"),
                .time_to_live = script_bind_integer(lua, CONFIG, "time_to_live"),
                .dedup_count = (uint32_t)script_bind_integer(lua, CONFIG, "dedup_count"),
                .dedup_window = script_bind_integer(lua, CONFIG, "dedup_window"),
                .keeps_dead = script_bind_boolean(lua, CONFIG, "keeps_dead"),
                .has_single_active = script_bind_boolean(lua, CONFIG, "single_active"),
            },
        .durable = script_bind_choice(lua, CONFIG, "store", stores) == 1,
        .journal = script_bind_journal_at(lua, CONFIG),
        .operation = script_bind_dist_field(lua, CONFIG, "operation"),
    };

    struct world_replicas_config replicas;
    const char *name = luaL_checkstring(lua, NAME);
    bool is_replicated = script_bind_replicas_at(lua, CONFIG, &replicas);

    (void)script_bind_world_to_build(lua);
    world_broker *broker = is_replicated ? world_replicas_add(&replicas, name, &config, &error)
                                         : world_broker_add(datacenter, name, &config, &error);
    if (broker == NULL) {
        return script_fail_error(lua, error);
    }
    return script_bind_push(lua, SCRIPT_BROKER, broker);
}

/* core.depth(queue) */
static int node_depth(lua_State *lua)
{
    lua_pushinteger(
        lua, (lua_Integer)world_broker_depth(script_bind_object(lua, 1, SCRIPT_BROKER)));
    return 1;
}

/* core.held(producer) */
static int node_held(lua_State *lua)
{
    lua_pushinteger(lua, world_producer_held(script_bind_object(lua, 1, SCRIPT_PRODUCER)));
    return 1;
}

/* core.send(producer, key, value), or core.send(producer) */
static int node_send(lua_State *lua)
{
    world_producer *producer = script_bind_object(lua, 1, SCRIPT_PRODUCER);
    const struct world *world = script_bind_world_of(lua);

    if (!world->started) {
        return script_fail(lua, "producer:send: the run has not begun: call it in tb.at");
    }
    if (lua_isnoneornil(lua, 2)) {
        world_producer_send(producer, NULL);
        return 0;
    }
    const struct world_producer_order order = {
        .key = (uint64_t)luaL_checkinteger(lua, 2),
        .value = luaL_checkinteger(lua, 3),
    };
    world_producer_send(producer, &order);
    return 0;
}

/* ---- consumers and ledgers ---- */

/* Sets the handler of a consumer from its config's on_message, a function or false. */
static void read_handler(
    lua_State *lua, const struct world_datacenter *datacenter, struct world_consumer_config *config)
{
    lua_getfield(lua, CONFIG, "on_message");
    if (lua_isfunction(lua, -1)) {
        char place[PLACE_SIZE];
        (void)g_snprintf(
            place,
            sizeof(place),
            "on_message of %s/%s",
            datacenter->name,
            luaL_checkstring(lua, NAME));
        config->handler = script_call_handler;
        config->handler_context = script_call_create(lua, lua_gettop(lua), place);
    }
    lua_pop(lua, 1);
}

/* core.consumer(datacenter, name, config) */
static int node_consumer(lua_State *lua)
{
    GError *error = NULL;
    struct world_datacenter *datacenter = script_bind_object(lua, DATACENTER, SCRIPT_DATACENTER);
    struct world_consumer_config config = {
        .service = script_bind_dist_field(lua, CONFIG, "time"),
        .workers = (uint32_t)script_bind_integer(lua, CONFIG, "workers"),
        .batch = script_bind_integer(lua, CONFIG, "batch"),
        .subscribe_every = script_bind_integer(lua, CONFIG, "subscribe_every"),
        .charge_timeout = script_bind_integer(lua, CONFIG, "charge_timeout"),
    };

    read_handler(lua, datacenter, &config);
    (void)script_bind_world_to_build(lua);
    world_consumer *consumer =
        world_consumer_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);
    if (consumer == NULL) {
        return script_fail_error(lua, error);
    }
    return script_bind_push(lua, SCRIPT_CONSUMER, consumer);
}

/* core.ledger(datacenter, name, config) */
static int node_ledger(lua_State *lua)
{
    GError *error = NULL;
    struct world_datacenter *datacenter = script_bind_object(lua, DATACENTER, SCRIPT_DATACENTER);
    const sim_time remember = script_bind_integer(lua, CONFIG, "remember");
    struct world_ledger_config config = {
        .budget = script_bind_integer(lua, CONFIG, "budget"),
        .keep = remember > 0 ? remember : SIM_NEVER,
        .journal = script_bind_journal_at(lua, CONFIG),
    };

    (void)script_bind_world_to_build(lua);
    world_ledger *ledger =
        world_ledger_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);
    if (ledger == NULL) {
        return script_fail_error(lua, error);
    }
    return script_bind_push(lua, SCRIPT_LEDGER, ledger);
}

/* ---- all nodes ---- */

int script_bind_push_outcome(lua_State *lua, bool is_connected, GError *error)
{
    if (is_connected) {
        lua_pushboolean(lua, 1);
        return 1;
    }
    lua_pushnil(lua);
    lua_pushstring(lua, error->message);
    g_error_free(error);
    return 2;
}

/* core.produce_to(producer, queue) */
static int node_produce_to(lua_State *lua)
{
    GError *error = NULL;
    world_producer *producer = script_bind_object(lua, 1, SCRIPT_PRODUCER);
    world_broker *broker = script_bind_object(lua, 2, SCRIPT_BROKER);
    bool is_connected = world_producer_connect(producer, world_broker_node(broker), &error);

    return script_bind_push_outcome(lua, is_connected, error);
}

/* core.consume_from(consumer, queue) */
static int node_consume_from(lua_State *lua)
{
    GError *error = NULL;
    world_consumer *consumer = script_bind_object(lua, 1, SCRIPT_CONSUMER);
    world_broker *broker = script_bind_object(lua, 2, SCRIPT_BROKER);
    bool is_connected = world_consumer_connect(consumer, world_broker_node(broker), &error);

    return script_bind_push_outcome(lua, is_connected, error);
}

/* core.charge_to(consumer, ledger) */
static int node_charge_to(lua_State *lua)
{
    GError *error = NULL;
    world_consumer *consumer = script_bind_object(lua, 1, SCRIPT_CONSUMER);
    world_ledger *ledger = script_bind_object(lua, 2, SCRIPT_LEDGER);
    bool is_connected = world_consumer_charge_to(consumer, world_ledger_node(ledger), &error);

    return script_bind_push_outcome(lua, is_connected, error);
}

/* core.crash(node) */
static int node_crash(lua_State *lua)
{
    world_node_crash(script_bind_node_at(lua, 1));
    return 0;
}

/* core.restart(node) */
static int node_restart(lua_State *lua)
{
    world_node_restart(script_bind_node_at(lua, 1));
    return 0;
}

/* core.is_up(node) */
static int node_is_up(lua_State *lua)
{
    lua_pushboolean(lua, script_bind_node_at(lua, 1)->up);
    return 1;
}

/* core.path(node) */
static int node_path(lua_State *lua)
{
    lua_pushstring(lua, script_bind_node_at(lua, 1)->path);
    return 1;
}

void script_bind_node(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"attribute", node_attribute},
        {"producer", node_producer},
        {"broker", node_broker},
        {"depth", node_depth},
        {"held", node_held},
        {"send", node_send},
        {"consumer", node_consumer},
        {"ledger", node_ledger},
        {"produce_to", node_produce_to},
        {"consume_from", node_consume_from},
        {"charge_to", node_charge_to},
        {"crash", node_crash},
        {"restart", node_restart},
        {"is_up", node_is_up},
        {"path", node_path},
        {NULL, NULL},
    };

    luaL_setfuncs(lua, functions, 0);
}
