/* The groups of a queue: of publish_subscribe, those that each get every message; of mvc, its
 * views. A consumer belongs to one. */
/* SPDX-License-Identifier: MIT */
#include <lauxlib.h>

#include "lua/bind.h"
#include "lua/fail.h"
#include "world/broker.h"
#include "world/consumer.h"

/* core.group(queue, assignment, start, session): its number. */
static int group_group(lua_State *lua)
{
    static const char *const assignments[] = {"range", "round_robin", "sticky", NULL};
    static const char *const starts[] = {"earliest", "latest", NULL};
    world_broker *broker = script_bind_object(lua, 1, SCRIPT_BROKER);
    const struct model_ps_group_config config = {
        .assignment = (enum model_ps_assignment)luaL_checkoption(lua, 2, NULL, assignments),
        .start = (enum model_ps_start)luaL_checkoption(lua, 3, NULL, starts),
        .session = luaL_checkinteger(lua, 4),
    };
    GError *error = NULL;
    uint32_t group;

    (void)script_bind_world_to_build(lua);
    if (!world_broker_add_group(broker, &config, &group, &error)) {
        return script_fail_error(lua, error);
    }
    lua_pushinteger(lua, group);
    return 1;
}

/* core.join(consumer, queue, group): true; or nil and why not. */
static int group_join(lua_State *lua)
{
    GError *error = NULL;
    world_consumer *consumer = script_bind_object(lua, 1, SCRIPT_CONSUMER);
    world_broker *broker = script_bind_object(lua, 2, SCRIPT_BROKER);
    uint32_t group = (uint32_t)luaL_checkinteger(lua, 3);

    if (!world_consumer_connect_group(consumer, world_broker_node(broker), group, &error)) {
        lua_pushnil(lua);
        lua_pushstring(lua, error->message);
        g_error_free(error);
        return 2;
    }
    lua_pushboolean(lua, 1);
    return 1;
}

/* core.leave(consumer), core.rejoin(consumer) */
static int group_leave(lua_State *lua)
{
    world_consumer_leave(script_bind_object(lua, 1, SCRIPT_CONSUMER));
    return 0;
}

static int group_rejoin(lua_State *lua)
{
    world_consumer_join(script_bind_object(lua, 1, SCRIPT_CONSUMER));
    return 0;
}

/* core.lag(queue, group, partition): 0 while the queue is down. The library has checked the
 * partition. */
static int group_lag(lua_State *lua)
{
    const struct world_queue *queue = world_broker_queue(script_bind_object(lua, 1, SCRIPT_BROKER));
    uint32_t group = (uint32_t)luaL_checkinteger(lua, 2);
    uint32_t partition = (uint32_t)luaL_checkinteger(lua, 3);
    uint64_t lag = queue == NULL ? 0 : world_queue_lag(queue, group, partition);

    lua_pushinteger(lua, (lua_Integer)lag);
    return 1;
}

/* core.replay(queue, group, since): false while the queue is down. */
static int group_replay(lua_State *lua)
{
    world_broker *broker = script_bind_object(lua, 1, SCRIPT_BROKER);
    uint32_t group = (uint32_t)luaL_checkinteger(lua, 2);

    lua_pushboolean(lua, world_broker_replay(broker, group, luaL_checkinteger(lua, 3)));
    return 1;
}

void script_bind_group(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"group", group_group},
        {"join", group_join},
        {"leave", group_leave},
        {"rejoin", group_rejoin},
        {"lag", group_lag},
        {"replay", group_replay},
        {NULL, NULL},
    };

    luaL_setfuncs(lua, functions, 0);
}
