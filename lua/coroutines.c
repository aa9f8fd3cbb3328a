/* Hooks belong to one coroutine. So the limits are told which one runs, and an excess that ended
 * the inner one is raised again in the outer one, which would otherwise see no more than a false.
 */
/* SPDX-License-Identifier: MIT */
#include "lua/coroutines.h"

#include <lauxlib.h>
#include <stdbool.h>

#include "lua/state.h"

/* Resumes the thread with the `count` values on top of the stack, and moves its results, or the
 * error, there. Returns how many, or -1 on an error. Nothing between enter and leave may raise, for
 * what runs must never be a thread that is gone. */
static int resume_with(lua_State *lua, lua_State *thread, int count)
{
    struct script_limits *limits = &script_state_of(lua)->limits;
    int results = 0;

    if (lua_checkstack(thread, count) == 0) {
        return luaL_error(lua, "too many arguments to resume");
    }
    lua_xmove(lua, thread, count);
    lua_State *before = script_limits_enter(limits, thread);
    int status = lua_resume(thread, lua, count, &results);
    script_limits_leave(limits, before);
    if (limits->excess != SCRIPT_EXCESS_NONE) {
        return script_limits_fail(lua, limits);
    }
    if (status != LUA_OK && status != LUA_YIELD) {
        lua_xmove(thread, lua, 1);
        return -1;
    }
    if (lua_checkstack(lua, results + 1) == 0) {
        lua_pop(thread, results);
        return luaL_error(lua, "too many results to resume");
    }
    lua_xmove(thread, lua, results);
    return results;
}

/* coroutine.resume(thread, ...) */
static int bounded_resume(lua_State *lua)
{
    lua_State *thread = lua_tothread(lua, 1);

    luaL_argexpected(lua, thread != NULL, 1, "coroutine");
    int results = resume_with(lua, thread, lua_gettop(lua) - 1);
    bool is_well = results >= 0;
    lua_pushboolean(lua, is_well);
    lua_insert(lua, 2);
    return (is_well ? results : 1) + 1;
}

/* What wrap returns. Upvalue 1: the coroutine. */
static int resume_wrapped(lua_State *lua)
{
    lua_State *thread = lua_tothread(lua, lua_upvalueindex(1));
    int results = resume_with(lua, thread, lua_gettop(lua));

    return results >= 0 ? results : lua_error(lua);
}

/* coroutine.wrap(function) */
static int wrap(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TFUNCTION);
    lua_State *thread = lua_newthread(lua);
    lua_pushvalue(lua, 1);
    lua_xmove(lua, thread, 1);
    lua_pushcclosure(lua, resume_wrapped, 1);
    return 1;
}

void script_coroutines_bound(lua_State *lua)
{
    lua_pushcfunction(lua, bounded_resume);
    lua_setfield(lua, -2, "resume");
    lua_pushcfunction(lua, wrap);
    lua_setfield(lua, -2, "wrap");
}
