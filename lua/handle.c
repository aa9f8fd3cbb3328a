/* The registry maps each class's name to its metatable, and each such metatable to the name. */
/* SPDX-License-Identifier: MIT */
#include "lua/handle.h"

#include <lauxlib.h>
#include <stdbool.h>

/* Its address is the key in the registry. */
static const char classes_key = 0;

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
    push_classes(lua);
    (void)lua_newuserdatauv(lua, 0, 1);
    lua_pushvalue(lua, 2);
    lua_setiuservalue(lua, -2, 1);
    lua_pushvalue(lua, 1);
    if (lua_rawget(lua, -3) != LUA_TTABLE) {
        return luaL_error(lua, "there is no class of this name");
    }
    lua_setmetatable(lua, -2);
    return 1;
}

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
