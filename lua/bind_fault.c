/* Faults. They go by their number among the world's faults, from 1 on. */
/* SPDX-License-Identifier: MIT */
#include <lauxlib.h>

#include "lua/bind.h"
#include "lua/fail.h"
#include "world/fault_disk.h"
#include "world/fault_link.h"
#include "world/fault_load.h"
#include "world/fault_node.h"

/* Pushes the number of the fault that was just made, or raises *error. */
static int push_made(lua_State *lua, const struct world_fault *fault, GError *error)
{
    if (fault == NULL) {
        return script_fail_error(lua, error);
    }
    SIM_ASSERT(error == NULL && fault->world->faults.list->len > 0);
    lua_pushinteger(lua, fault->world->faults.list->len);
    return 1;
}

static struct world_fault *fault_at(lua_State *lua, int index)
{
    const struct world *world = script_bind_world_of(lua);
    lua_Integer number = luaL_checkinteger(lua, index);

    luaL_argcheck(lua, number >= 1 && number <= world->faults.list->len, index, "names no fault");
    return g_ptr_array_index(world->faults.list, number - 1);
}

static struct world_datacenter *datacenter_at(lua_State *lua, int index)
{
    const char *name = luaL_checkstring(lua, index);
    struct world_datacenter *found = world_datacenter_find(script_bind_world_of(lua), name);

    if (found == NULL) {
        (void)script_fail(
            lua, "there is no data centre '%s'; make it with tb.datacenter \"%s\"", name, name);
    }
    return found;
}

/* core.fault_link(kind, a, b, from or "", probability, factor, delay) */
static int fault_link(lua_State *lua)
{
    static const char *const kinds[] = {
        "cut", "slow_link", "loss", "duplication", "reordering", NULL};
    GError *error = NULL;
    const struct world_datacenter *a = datacenter_at(lua, 2);
    const struct world_datacenter *b = datacenter_at(lua, 3);
    const char *from = luaL_checkstring(lua, 4);
    struct world_fault_link_config config = {
        .kind = (enum world_fault_link_kind)luaL_checkoption(lua, 1, NULL, kinds),
        .link = world_link_between(a, b),
        .probability = luaL_checknumber(lua, 5),
        .factor = luaL_checknumber(lua, 6),
        .delay = luaL_checkinteger(lua, 7),
    };

    if (config.link == NULL) {
        return script_fail(
            lua,
            "no link joins '%s' and '%s': write tb.link(\"%s\", \"%s\", {...}) before",
            a->name,
            b->name,
            a->name,
            b->name);
    }
    if (from[0] != '\0') {
        config.from = datacenter_at(lua, 4);
        if (config.from != a && config.from != b) {
            return script_fail(
                lua, "from: '%s' is no end of the link of '%s' and '%s'", from, a->name, b->name);
        }
    }
    const struct world_fault *fault = world_fault_link_create(&config, &error);
    return push_made(lua, fault, error);
}

/* core.fault_node(kind, node, factor, offset, drift) */
static int fault_node(lua_State *lua)
{
    static const char *const kinds[] = {"outage", "pause", "slow", "clock_skew", NULL};
    enum { OUTAGE, PAUSE, SLOW, CLOCK_SKEW };
    GError *error = NULL;
    const struct world_fault *fault;
    int kind = luaL_checkoption(lua, 1, NULL, kinds);
    struct world_node *node = script_bind_node_at(lua, 2);
    double factor = luaL_checknumber(lua, 3);
    sim_time offset = luaL_checkinteger(lua, 4);
    double drift = luaL_checknumber(lua, 5);

    if (kind == OUTAGE) {
        fault = world_fault_outage_create(node);
    } else if (kind == PAUSE) {
        fault = world_fault_pause_create(node, &error);
    } else if (kind == SLOW) {
        fault = world_fault_slow_create(node, factor, &error);
    } else {
        SIM_ASSERT(kind == CLOCK_SKEW);
        fault = world_fault_clock_create(node, offset, drift, &error);
    }
    return push_made(lua, fault, error);
}

/* core.fault_datacenter(datacenter) */
static int fault_datacenter(lua_State *lua)
{
    const struct world_fault *fault = world_fault_datacenter_create(datacenter_at(lua, 1));

    SIM_ASSERT(fault != NULL);
    return push_made(lua, fault, NULL);
}

/* core.fault_disk(kind, datacenter, factor) */
static int fault_disk(lua_State *lua)
{
    static const char *const kinds[] = {"disk_full", "disk_slow", "disk_sync", NULL};
    GError *error = NULL;
    int kind = luaL_checkoption(lua, 1, NULL, kinds);
    struct world_datacenter *datacenter = datacenter_at(lua, 2);
    const struct world_fault *fault = world_fault_disk_create(
        (enum world_fault_disk_kind)kind, datacenter, luaL_checknumber(lua, 3), &error);

    return push_made(lua, fault, error);
}

/* core.fault_spike(producer, factor) */
static int fault_spike(lua_State *lua)
{
    GError *error = NULL;
    world_producer *producer = script_bind_object(lua, 1, SCRIPT_PRODUCER);
    const struct world_fault *fault =
        world_fault_spike_create(producer, luaL_checknumber(lua, 2), &error);

    return push_made(lua, fault, error);
}

/* core.fault_hot_key(producer, key, share) */
static int fault_hot_key(lua_State *lua)
{
    GError *error = NULL;
    world_producer *producer = script_bind_object(lua, 1, SCRIPT_PRODUCER);
    uint64_t key = (uint64_t)luaL_checkinteger(lua, 2);
    const struct world_fault *fault =
        world_fault_hot_key_create(producer, key, luaL_checknumber(lua, 3), &error);

    return push_made(lua, fault, error);
}

/* core.fault_poison(consumer, share, crashes, restart_after) */
static int fault_poison(lua_State *lua)
{
    GError *error = NULL;
    world_consumer *consumer = script_bind_object(lua, 1, SCRIPT_CONSUMER);
    const struct world_fault_poison_config config = {
        .share = luaL_checknumber(lua, 2),
        .crashes = lua_toboolean(lua, 3),
        .restart_after = luaL_checkinteger(lua, 4),
    };
    const struct world_fault *fault = world_fault_poison_create(consumer, &config, &error);

    return push_made(lua, fault, error);
}

/* core.fault_botnet(producer, name, addresses, rate_per_address, attribute) */
static int fault_botnet(lua_State *lua)
{
    GError *error = NULL;
    world_producer *like = script_bind_object(lua, 1, SCRIPT_PRODUCER);
    const struct world_fault_botnet_config config = {
        .name = luaL_checkstring(lua, 2),
        .addresses = (uint32_t)luaL_checkinteger(lua, 3),
        .rate_per_address = luaL_checknumber(lua, 4),
        .attribute = (uint32_t)luaL_checkinteger(lua, 5),
    };

    (void)script_bind_world_to_build(lua);
    const struct world_fault *fault = world_fault_botnet_create(like, &config, &error);
    return push_made(lua, fault, error);
}

/* core.fault_start(fault), core.fault_stop(fault) */
static int fault_start(lua_State *lua)
{
    world_fault_start(fault_at(lua, 1));
    return 0;
}

static int fault_stop(lua_State *lua)
{
    world_fault_stop(fault_at(lua, 1));
    return 0;
}

/* core.fault_hit(fault) */
static int fault_hit(lua_State *lua)
{
    lua_pushinteger(lua, (lua_Integer)fault_at(lua, 1)->hit);
    return 1;
}

void script_bind_fault(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"fault_link", fault_link},
        {"fault_node", fault_node},
        {"fault_datacenter", fault_datacenter},
        {"fault_disk", fault_disk},
        {"fault_spike", fault_spike},
        {"fault_hot_key", fault_hot_key},
        {"fault_poison", fault_poison},
        {"fault_botnet", fault_botnet},
        {"fault_start", fault_start},
        {"fault_stop", fault_stop},
        {"fault_hit", fault_hit},
        {NULL, NULL},
    };

    luaL_setfuncs(lua, functions, 0);
}
