/* A ring of views: one that was kept by mistake comes to life again only after all the others have
 * been used. Names are looked up in one table: the fields of every message by small numbers, the
 * attributes that the scenario names by the numbers after them. */
/* SPDX-License-Identifier: MIT */
#include "lua/view.h"

#include <lauxlib.h>
#include <stdbool.h>

#include "lua/fail.h"

#define VIEW_COUNT 64

enum field {
    FIELD_ID,
    FIELD_KEY,
    FIELD_VALUE,
    FIELD_BORN,
    FIELD_SIZE,
    FIELD_ATTEMPT,
    FIELD_KIND,
    FIELD_ATTRIBUTE, /* and those after it */
};

struct script_view {
    struct model_message message;
    bool is_alive;
};

static int no_such_field(lua_State *lua)
{
    return script_fail(
        lua,
        "a message has no field '%s'; it has id, key, value, born, size, attempt, kind and the "
        "attributes that its producer gives it",
        lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : luaL_typename(lua, 2));
}

/* Upvalue 1: names to fields. */
static int view_index(lua_State *lua)
{
    const struct script_view *view = lua_touserdata(lua, 1);

    if (!view->is_alive) {
        return script_fail(
            lua,
            "a message is only good during its handler; keep what you need of it (such as msg.key) "
            "instead");
    }
    lua_pushvalue(lua, 2);
    if (lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNUMBER) {
        return no_such_field(lua);
    }

    const struct model_message *message = &view->message;
    lua_Integer field = lua_tointeger(lua, -1);
    switch (field) {
    case FIELD_ID:
        lua_pushinteger(lua, (lua_Integer)message->id);
        break;
    case FIELD_KEY:
        lua_pushinteger(lua, (lua_Integer)message->key);
        break;
    case FIELD_VALUE:
        lua_pushinteger(lua, message->value);
        break;
    case FIELD_BORN:
        lua_pushnumber(lua, (double)message->born / (double)SIM_SECOND);
        break;
    case FIELD_SIZE:
        lua_pushinteger(lua, message->size);
        break;
    case FIELD_ATTEMPT:
        lua_pushinteger(lua, message->attempt);
        break;
    case FIELD_KIND:
        lua_pushinteger(lua, message->kind);
        break;
    default:
        SIM_ASSERT(field - FIELD_ATTRIBUTE < MODEL_ATTRIBUTE_COUNT);
        lua_pushinteger(lua, message->attributes[field - FIELD_ATTRIBUTE]);
    }
    return 1;
}

static int view_newindex(lua_State *lua)
{
    return script_fail(lua, "a message cannot be changed");
}

static int view_tostring(lua_State *lua)
{
    lua_pushstring(lua, "message");
    return 1;
}

static void set_name(lua_State *lua, const char *name, int field)
{
    lua_pushinteger(lua, field);
    lua_setfield(lua, -2, name);
}

static void push_names(lua_State *lua)
{
    lua_newtable(lua);
    set_name(lua, "id", FIELD_ID);
    set_name(lua, "key", FIELD_KEY);
    set_name(lua, "value", FIELD_VALUE);
    set_name(lua, "born", FIELD_BORN);
    set_name(lua, "size", FIELD_SIZE);
    set_name(lua, "attempt", FIELD_ATTEMPT);
    set_name(lua, "kind", FIELD_KIND);
}

void script_view_create_all(lua_State *lua)
{
    struct script_runtime *runtime = script_state_of(lua);

    lua_createtable(lua, 0, 4);
    push_names(lua);
    lua_pushvalue(lua, -1);
    runtime->view_names = luaL_ref(lua, LUA_REGISTRYINDEX);
    lua_pushcclosure(lua, view_index, 1);
    lua_setfield(lua, -2, "__index");
    lua_pushcfunction(lua, view_newindex);
    lua_setfield(lua, -2, "__newindex");
    lua_pushcfunction(lua, view_tostring);
    lua_setfield(lua, -2, "__tostring");
    lua_pushboolean(lua, 0);
    lua_setfield(lua, -2, "__metatable");

    lua_createtable(lua, VIEW_COUNT, 0);
    for (int i = 1; i <= VIEW_COUNT; i++) {
        struct script_view *view = lua_newuserdatauv(lua, sizeof(*view), 0);
        *view = (struct script_view){.is_alive = false};
        lua_pushvalue(lua, -3);
        lua_setmetatable(lua, -2);
        lua_rawseti(lua, -2, i);
    }
    runtime->views = luaL_ref(lua, LUA_REGISTRYINDEX);
    lua_pop(lua, 1);
}

int script_view_attribute(lua_State *lua, const char *name)
{
    struct script_runtime *runtime = script_state_of(lua);
    int index = -1;

    lua_rawgeti(lua, LUA_REGISTRYINDEX, runtime->view_names);
    if (lua_getfield(lua, -1, name) == LUA_TNUMBER) {
        index = (int)lua_tointeger(lua, -1) - FIELD_ATTRIBUTE;
    } else if (runtime->attribute_count < MODEL_ATTRIBUTE_COUNT) {
        index = (int)runtime->attribute_count++;
        lua_pushinteger(lua, FIELD_ATTRIBUTE + index);
        lua_setfield(lua, -3, name);
    }
    lua_pop(lua, 2);
    return index;
}

struct script_view *script_view_push(
    struct script_runtime *runtime, const struct model_message *message)
{
    lua_State *lua = runtime->lua;

    runtime->view_next = runtime->view_next % VIEW_COUNT + 1;
    lua_rawgeti(lua, LUA_REGISTRYINDEX, runtime->views);
    lua_rawgeti(lua, -1, runtime->view_next);
    lua_remove(lua, -2);

    struct script_view *view = lua_touserdata(lua, -1);
    view->message = *message;
    view->is_alive = true;
    return view;
}

void script_view_end(struct script_view *view)
{
    view->is_alive = false;
}
