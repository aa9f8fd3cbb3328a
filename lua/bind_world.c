/* Data centres, links, and what the other bindings share. */
/* SPDX-License-Identifier: MIT */
#include <lauxlib.h>
#include <string.h>

#include "lua/bind.h"
#include "lua/fail.h"
#include "world/broker.h"
#include "world/consumer.h"
#include "world/datacenter.h"
#include "world/ledger.h"
#include "world/link.h"
#include "world/producer.h"

#define OBJECTS_MAX 10000

/* ---- what the bindings share ---- */

int script_bind_push(lua_State *lua, enum script_object_kind kind, void *pointer)
{
    GArray *objects = script_state_of(lua)->objects;
    struct script_object object = {.kind = kind, .pointer = pointer};

    SIM_ASSERT(pointer != NULL);
    if (objects->len >= OBJECTS_MAX) {
        return script_fail(lua, "a world has at most %d nodes and checks", OBJECTS_MAX);
    }
    g_array_append_val(objects, object);
    lua_pushinteger(lua, objects->len);
    return 1;
}

static const struct script_object *object_at(lua_State *lua, int index)
{
    const GArray *objects = script_state_of(lua)->objects;
    lua_Integer number = luaL_checkinteger(lua, index);

    luaL_argcheck(lua, number >= 1 && number <= objects->len, index, "names nothing");
    return &g_array_index(objects, struct script_object, number - 1);
}

void *script_bind_object(lua_State *lua, int index, enum script_object_kind kind)
{
    const struct script_object *object = object_at(lua, index);

    luaL_argcheck(lua, object->kind == kind, index, "names something of another kind");
    return object->pointer;
}

struct world_node *script_bind_node_at(lua_State *lua, int index)
{
    const struct script_object *object = object_at(lua, index);

    switch (object->kind) {
    case SCRIPT_PRODUCER:
        return world_producer_node(object->pointer);
    case SCRIPT_BROKER:
        return world_broker_node(object->pointer);
    case SCRIPT_CONSUMER:
        return world_consumer_node(object->pointer);
    case SCRIPT_LEDGER:
        return world_ledger_node(object->pointer);
    case SCRIPT_OPERATOR:
        return object->pointer; /* the node is its first member */
    case SCRIPT_DATACENTER:
    case SCRIPT_CHECK:
        break;
    }
    (void)luaL_argerror(lua, index, "names no node");
    return NULL;
}

struct world *script_bind_world_of(lua_State *lua)
{
    struct world *world = script_state_of(lua)->world;

    if (world == NULL) {
        (void)script_fail(lua, "call tb.scenario first: it says the seed and the duration");
    }
    return world;
}

struct world *script_bind_world_to_build(lua_State *lua)
{
    if (script_state_of(lua)->loaded) {
        (void)script_fail(lua, "a world is built while its scenario loads, not while it runs");
    }
    return script_bind_world_of(lua);
}

lua_Integer script_bind_integer(lua_State *lua, int index, const char *name)
{
    int is_integer = 0;

    lua_getfield(lua, index, name);
    lua_Integer value = lua_tointegerx(lua, -1, &is_integer);
    if (is_integer == 0) {
        (void)luaL_error(lua, "core: field '%s' is no integer", name);
    }
    lua_pop(lua, 1);
    return value;
}

double script_bind_number(lua_State *lua, int index, const char *name)
{
    int is_number = 0;

    lua_getfield(lua, index, name);
    double value = lua_tonumberx(lua, -1, &is_number);
    if (is_number == 0) {
        (void)luaL_error(lua, "core: field '%s' is no number", name);
    }
    lua_pop(lua, 1);
    return value;
}

bool script_bind_boolean(lua_State *lua, int index, const char *name)
{
    lua_getfield(lua, index, name);
    luaL_checktype(lua, -1, LUA_TBOOLEAN);
    bool value = lua_toboolean(lua, -1) != 0;
    lua_pop(lua, 1);
    return value;
}

int script_bind_choice(lua_State *lua, int index, const char *name, const char *const *choices)
{
    lua_getfield(lua, index, name);
    const char *value = luaL_checkstring(lua, -1);
    for (int i = 0; choices[i] != NULL; i++) {
        if (strcmp(choices[i], value) == 0) {
            lua_pop(lua, 1);
            return i;
        }
    }
    return luaL_error(lua, "core: field '%s' cannot be '%s'", name, value);
}

/* ---- data centres and links ---- */

/* core.datacenter(name, draws_as) */
static int world_datacenter(lua_State *lua)
{
    GError *error = NULL;
    struct world_datacenter *datacenter = world_datacenter_add_drawing_as(
        script_bind_world_to_build(lua),
        luaL_checkstring(lua, 1),
        luaL_checkstring(lua, 2),
        &error);

    if (datacenter == NULL) {
        return script_fail_error(lua, error);
    }
    return script_bind_push(lua, SCRIPT_DATACENTER, datacenter);
}

/* core.fail_datacenter(datacenter) */
static int world_fail_datacenter(lua_State *lua)
{
    world_datacenter_fail(script_bind_object(lua, 1, SCRIPT_DATACENTER));
    return 0;
}

/* core.recover_datacenter(datacenter) */
static int world_recover_datacenter(lua_State *lua)
{
    world_datacenter_recover(script_bind_object(lua, 1, SCRIPT_DATACENTER));
    return 0;
}

/* core.has_failed(datacenter) */
static int world_has_failed(lua_State *lua)
{
    const struct world_datacenter *datacenter = script_bind_object(lua, 1, SCRIPT_DATACENTER);

    lua_pushboolean(lua, datacenter->failed);
    return 1;
}

/* core.link(a, b, latency, bandwidth, is_datagram) */
static int world_link(lua_State *lua)
{
    GError *error = NULL;
    struct world_datacenter *a = script_bind_object(lua, 1, SCRIPT_DATACENTER);
    struct world_datacenter *b = script_bind_object(lua, 2, SCRIPT_DATACENTER);
    struct world_link_config config = {
        .latency = *script_bind_dist_at(lua, 3),
        .bandwidth = luaL_checknumber(lua, 4),
        .is_datagram = lua_toboolean(lua, 5),
    };

    (void)script_bind_world_to_build(lua);
    if (world_link_add(a, b, &config, &error) == NULL) {
        return script_fail_error(lua, error);
    }
    return 0;
}

void script_bind_world(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"datacenter", world_datacenter},
        {"fail_datacenter", world_fail_datacenter},
        {"recover_datacenter", world_recover_datacenter},
        {"has_failed", world_has_failed},
        {"link", world_link},
        {NULL, NULL},
    };

    luaL_setfuncs(lua, functions, 0);
}
