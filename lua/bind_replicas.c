/* A queue that brokers in several data centres keep together. */
/* SPDX-License-Identifier: MIT */
#include <lauxlib.h>

#include "lua/bind.h"
#include "world/broker.h"
#include "world/replicas.h"

/* The data centres' numbers are in the list at the top. */
static void read_datacenters(lua_State *lua, struct world_replicas_config *config)
{
    config->count = (uint32_t)lua_rawlen(lua, -1);
    SIM_ASSERT(config->count >= 1 && config->count <= MODEL_REPLICAS_MAX);
    for (uint32_t i = 0; i < config->count; i++) {
        lua_rawgeti(lua, -1, (lua_Integer)i + 1);
        config->datacenters[i] = script_bind_object(lua, -1, SCRIPT_DATACENTER);
        lua_pop(lua, 1);
    }
}

bool script_bind_replicas_at(lua_State *lua, int index, struct world_replicas_config *out_config)
{
    static const char *const acks[] = {"leader", "quorum", "all", NULL};

    lua_getfield(lua, index, "replicas");
    if (!lua_istable(lua, -1)) {
        lua_pop(lua, 1);
        return false;
    }
    *out_config = (struct world_replicas_config){.count = 0};
    read_datacenters(lua, out_config);
    lua_pop(lua, 1);
    out_config->acks = (enum model_acks)script_bind_choice(lua, index, "acks", acks);
    out_config->election_timeout = script_bind_integer(lua, index, "election_timeout");
    out_config->unclean_after = script_bind_integer(lua, index, "unclean_after");
    SIM_ASSERT(out_config->election_timeout > 0);
    return true;
}

/* core.replica(queue, index): the number of its broker of that index, which counts from 0. */
static int replicas_replica(lua_State *lua)
{
    world_broker *broker = script_bind_object(lua, 1, SCRIPT_BROKER);
    const struct world_replicas *replicas = world_broker_replicas(world_broker_node(broker));
    uint32_t index = (uint32_t)luaL_checkinteger(lua, 2);

    SIM_ASSERT(replicas != NULL && index < replicas->count);
    return script_bind_push(lua, SCRIPT_BROKER, replicas->brokers[index]);
}

/* core.leader(queue): the index of its broker that leads; nil: none does. */
static int replicas_leader(lua_State *lua)
{
    world_broker *broker = script_bind_object(lua, 1, SCRIPT_BROKER);
    const struct world_replicas *replicas = world_broker_replicas(world_broker_node(broker));

    SIM_ASSERT(replicas != NULL);
    const world_broker *leader = world_replicas_leader(replicas);
    for (uint32_t i = 0; i < replicas->count; i++) {
        if (replicas->brokers[i] == leader) {
            lua_pushinteger(lua, i);
            return 1;
        }
    }
    lua_pushnil(lua);
    return 1;
}

void script_bind_replicas(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"replica", replicas_replica},
        {"leader", replicas_leader},
        {NULL, NULL},
    };

    luaL_setfuncs(lua, functions, 0);
}
