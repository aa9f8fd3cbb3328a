/* The registry maps each class's name to its metatable, and each such metatable to the name. Inside
 * a handle the class is a name again, of which there is one copy, so that a method in C need not
 * ask the registry. */
/* SPDX-License-Identifier: MIT */
#include "lua/handle.h"

#include <lauxlib.h>
#include <stdbool.h>

#include "lua/fail.h"
#include "lua/state.h"

/* Its address is the key in the registry, and marks what is a handle. */
static const char classes_key = 0;

struct handle {
    const void *mark;  /* &classes_key */
    const char *class; /* the one copy of its name */
    void *block;       /* the first word of the core's userdata, which is user value 2; or NULL */
};

static char *class_name(lua_State *lua, const char *name)
{
    return g_string_chunk_insert_const(script_state_of(lua)->strings, name);
}

static void push_classes(lua_State *lua)
{
    if (lua_rawgetp(lua, LUA_REGISTRYINDEX, &classes_key) != LUA_TTABLE) {
        lua_pop(lua, 1);
        lua_newtable(lua);
        lua_pushvalue(lua, -1);
        lua_rawsetp(lua, LUA_REGISTRYINDEX, &classes_key);
    }
}

static int make_class(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TSTRING);
    luaL_checktype(lua, 2, LUA_TTABLE);
    lua_settop(lua, 2);
    push_classes(lua);
    lua_pushvalue(lua, 1);
    lua_pushvalue(lua, 2);
    lua_rawset(lua, 3);
    lua_pushvalue(lua, 2);
    lua_pushvalue(lua, 1);
    lua_rawset(lua, 3);
    return 0;
}

static int make_handle(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TSTRING);
    luaL_checktype(lua, 2, LUA_TTABLE);
    lua_settop(lua, 3);
    push_classes(lua);
    struct handle *handle = lua_newuserdatauv(lua, sizeof(*handle), 2);
    *handle = (struct handle){
        .mark = &classes_key,
        .class = class_name(lua, lua_tostring(lua, 1)),
        .block = lua_touserdata(lua, 3),
    };
    lua_pushvalue(lua, 2);
    lua_setiuservalue(lua, -2, 1);
    lua_pushvalue(lua, 3);
    lua_setiuservalue(lua, -2, 2);
    lua_pushvalue(lua, 1);
    if (lua_rawget(lua, -3) != LUA_TTABLE) {
        return luaL_error(lua, "there is no class of this name");
    }
    lua_setmetatable(lua, -2);
    return 1;
}

/* ---- methods in C ---- */

enum { CLASS = 1, METHOD = 2 }; /* upvalues of a method */

void script_handle_method(
    lua_State *lua, const char *class, const char *method, lua_CFunction function)
{
    SIM_ASSERT(lua_istable(lua, -1));
    lua_pushfstring(lua, "%s_%s", class, method);
    lua_pushlightuserdata(lua, class_name(lua, class));
    lua_pushstring(lua, method);
    lua_pushcclosure(lua, function, 2);
    lua_rawset(lua, -3);
}

/* Only handles have their size, so the mark is read where there is one. */
void *script_handle_block(lua_State *lua)
{
    const struct handle *handle = lua_touserdata(lua, 1);
    const char *class = lua_touserdata(lua, lua_upvalueindex(CLASS));

    if (handle == NULL || lua_rawlen(lua, 1) != sizeof(*handle) || handle->mark != &classes_key ||
        handle->class != class) {
        const char *method = lua_tostring(lua, lua_upvalueindex(METHOD));
        (void)script_fail(
            lua,
            "%s is a method of a %s: call it with a colon, %s:%s(...)",
            method,
            class,
            class,
            method);
        return NULL;
    }
    return handle->block;
}

/* ---- what the library asks ---- */

/* Pushes the name of the class of the value at place 1. Returns false, and pushes nothing, when it
 * has none. */
static bool push_class_of(lua_State *lua)
{
    if (!lua_isuserdata(lua, 1) || lua_getmetatable(lua, 1) == 0) {
        return false;
    }
    push_classes(lua);
    lua_insert(lua, -2);
    int type = lua_rawget(lua, -2);
    lua_remove(lua, -2);
    if (type != LUA_TSTRING) {
        lua_pop(lua, 1);
        return false;
    }
    return true;
}

static int class_of(lua_State *lua)
{
    lua_settop(lua, 1);
    if (!push_class_of(lua)) {
        lua_pushnil(lua);
    }
    return 1;
}

static int private_of(lua_State *lua)
{
    lua_settop(lua, 2);
    if (push_class_of(lua) && lua_rawequal(lua, -1, 2) != 0) {
        (void)lua_getiuservalue(lua, 1, 1);
    } else {
        lua_pushnil(lua);
    }
    return 1;
}

void script_handle_bind(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"class", make_class},
        {"handle", make_handle},
        {"private", private_of},
        {"class_of", class_of},
        {NULL, NULL},
    };

    luaL_setfuncs(lua, functions, 0);
}
