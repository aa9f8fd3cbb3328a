/* Caches in front of a database: the updater, the feed of changes, and the checks. */
/* SPDX-License-Identifier: MIT */
#include <lauxlib.h>

#include "lua/bind.h"
#include "lua/fail.h"
#include "world/cache.h"
#include "world/database.h"
#include "world/updater.h"

#define FEED "tailback.core.feed"

enum { DATACENTER = 1, NAME = 2, CONFIG = 3 }; /* the arguments of what makes a node */

/* What the number at 1 names, which the library knows to be of the type. */
static void *operator_at(lua_State *lua, int index, const char *type)
{
    struct world_node *node = script_bind_object(lua, index, SCRIPT_OPERATOR);

    luaL_argcheck(lua, g_str_equal(node->type->name, type), index, type);
    return node; /* the node is its first member */
}

/* core.updater(datacenter, name, config) */
static int cache_updater(lua_State *lua)
{
    GError *error = NULL;
    struct world_datacenter *datacenter = script_bind_object(lua, DATACENTER, SCRIPT_DATACENTER);
    const struct world_updater_config config = {
        .interval = script_bind_integer(lua, CONFIG, "interval"),
        .batch = (uint32_t)script_bind_integer(lua, CONFIG, "batch"),
        .readings_max = (uint32_t)script_bind_integer(lua, CONFIG, "readings"),
        .linger = script_bind_integer(lua, CONFIG, "linger"),
        .timeout = script_bind_integer(lua, CONFIG, "timeout"),
        .tries = (uint32_t)script_bind_integer(lua, CONFIG, "tries"),
        .waiting_max = (uint32_t)script_bind_integer(lua, CONFIG, "waiting"),
        .is_pushing = script_bind_boolean(lua, CONFIG, "push"),
    };

    (void)script_bind_world_to_build(lua);
    world_updater *updater =
        world_updater_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);
    return updater == NULL ? script_fail_error(lua, error)
                           : script_bind_push(lua, SCRIPT_OPERATOR, updater);
}

/* ---- changes ---- */

/* core.changes(database): when a producer's messages are born */
static int cache_changes(lua_State *lua)
{
    world_database *database = operator_at(lua, 1, "database");
    struct world_feed **feed = lua_newuserdatauv(lua, sizeof(struct world_feed *), 0);

    (void)script_bind_world_to_build(lua);
    *feed = world_database_changes(database);
    luaL_setmetatable(lua, FEED);
    return 1;
}

struct world_feed *script_bind_feed_at(lua_State *lua, int index)
{
    struct world_feed *const *feed = luaL_testudata(lua, index, FEED);

    return feed == NULL ? NULL : *feed;
}

/* core.tell(cache, cache): true; or nil and why not */
static int cache_tell(lua_State *lua)
{
    GError *error = NULL;
    world_cache *cache = operator_at(lua, 1, "cache");
    world_cache *peer = operator_at(lua, 2, "cache");

    (void)script_bind_world_to_build(lua);
    luaL_argcheck(lua, cache != peer, 2, "is the cache itself");
    if (world_cache_tell(cache, peer, &error)) {
        lua_pushboolean(lua, 1);
        return 1;
    }
    return script_fail_error(lua, error);
}

/* ---- checks ---- */

/* The check at 3, which is about others of the kind already; or NULL. */
static struct world_check *with_at(lua_State *lua)
{
    SIM_ASSERT(lua != NULL);
    return lua_isnoneornil(lua, 3) ? NULL : script_bind_object(lua, 3, SCRIPT_CHECK);
}

/* Pushes a new check's number, or that of the one at 3, which is the same. */
static int push_check(lua_State *lua, struct world_check *check)
{
    if (with_at(lua) == NULL) {
        return script_bind_push(lua, SCRIPT_CHECK, check);
    }
    SIM_ASSERT(check == with_at(lua));
    lua_pushvalue(lua, 3);
    return 1;
}

/* core.bounded(cache, ns, check or nil) */
static int cache_bounded(lua_State *lua)
{
    world_cache *cache = operator_at(lua, 1, "cache");
    sim_time bound = luaL_checkinteger(lua, 2);

    (void)script_bind_world_to_build(lua);
    return push_check(lua, world_cache_check_bound(cache, bound, with_at(lua)));
}

/* core.equal(cache, ns, check or nil) */
static int cache_equal(lua_State *lua)
{
    world_cache *cache = operator_at(lua, 1, "cache");
    sim_time quiet = luaL_checkinteger(lua, 2);

    (void)script_bind_world_to_build(lua);
    return push_check(lua, world_cache_check_equal(cache, quiet, with_at(lua)));
}

/* core.contained(updater, ns, check or nil) */
static int cache_contained(lua_State *lua)
{
    world_updater *updater = operator_at(lua, 1, "updater");
    sim_time within = luaL_checkinteger(lua, 2);

    (void)script_bind_world_to_build(lua);
    return push_check(lua, world_updater_check_contained(updater, within, with_at(lua)));
}

/* core.limited(database) */
static int cache_limited(lua_State *lua)
{
    world_database *database = operator_at(lua, 1, "database");

    (void)script_bind_world_to_build(lua);
    return script_bind_push(lua, SCRIPT_CHECK, world_database_check_limit(database));
}

void script_bind_cache(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"updater", cache_updater},
        {"changes", cache_changes},
        {"tell", cache_tell},
        {"bounded", cache_bounded},
        {"equal", cache_equal},
        {"contained", cache_contained},
        {"limited", cache_limited},
        {NULL, NULL},
    };

    (void)luaL_newmetatable(lua, FEED);
    lua_pop(lua, 1);
    luaL_setfuncs(lua, functions, 0);
}
