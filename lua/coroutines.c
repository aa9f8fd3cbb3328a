/* Hooks belong to one coroutine. So the limits are told which one runs, and an excess that ended
 * the inner one is raised again in the outer one, which would otherwise see no more than a false.
 */
/* SPDX-License-Identifier: MIT */
#include "lua/coroutines.h"

#include <lauxlib.h>

#include "lua/state.h"

/* Upvalue 1: Lua's own resume. */
static int bounded_resume(lua_State *lua)
{
    struct script_limits *limits = &script_state_of(lua)->limits;
    lua_State *thread = lua_tothread(lua, 1);

    luaL_argexpected(lua, thread != NULL, 1, "coroutine");
    lua_State *before = script_limits_enter(limits, thread);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, lua_gettop(lua) - 1, LUA_MULTRET);
    script_limits_leave(limits, before);
    if (limits->excess != SCRIPT_EXCESS_NONE) {
        return script_limits_fail(lua, limits);
    }
    return lua_gettop(lua);
}

/* What wrap returns. Upvalues: the bounded resume, the coroutine. */
static int resume_wrapped(lua_State *lua)
{
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_pushvalue(lua, lua_upvalueindex(2));
    lua_insert(lua, 2);
    lua_call(lua, lua_gettop(lua) - 1, LUA_MULTRET);
    if (lua_toboolean(lua, 1) == 0) {
        lua_settop(lua, 2);
        return lua_error(lua);
    }
    return lua_gettop(lua) - 1;
}

/* Upvalue 1: the bounded resume. */
static int wrap(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TFUNCTION);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_State *thread = lua_newthread(lua);
    lua_pushvalue(lua, 1);
    lua_xmove(lua, thread, 1);
    lua_pushcclosure(lua, resume_wrapped, 2);
    return 1;
}

void script_coroutines_bound(lua_State *lua)
{
    lua_getfield(lua, -1, "resume");
    lua_pushcclosure(lua, bounded_resume, 1);
    lua_pushvalue(lua, -1);
    lua_setfield(lua, -3, "resume");
    lua_pushcclosure(lua, wrap, 1);
    lua_setfield(lua, -2, "wrap");
    lua_pushnil(lua);
    lua_setfield(lua, -2, "close");
}
