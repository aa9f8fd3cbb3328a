/* Streams exist once the scenario has said its seed. */
/* SPDX-License-Identifier: MIT */
#include "lua/numbers.h"

#include <lauxlib.h>

#include "lua/fail.h"
#include "lua/state.h"
#include "sim/math.h"

static int number_exp(lua_State *lua)
{
    lua_pushnumber(lua, sim_math_exp(luaL_checknumber(lua, 1)));
    return 1;
}

/* math.log(x [, base]) */
static int number_log(lua_State *lua)
{
    double logarithm = sim_math_log(luaL_checknumber(lua, 1));

    if (!lua_isnoneornil(lua, 2)) {
        logarithm /= sim_math_log(luaL_checknumber(lua, 2));
    }
    lua_pushnumber(lua, logarithm);
    return 1;
}

static int number_pow(lua_State *lua)
{
    lua_pushnumber(lua, sim_math_pow(luaL_checknumber(lua, 1), luaL_checknumber(lua, 2)));
    return 1;
}

static int number_sin(lua_State *lua)
{
    lua_pushnumber(lua, sim_math_sin(luaL_checknumber(lua, 1)));
    return 1;
}

static int number_cos(lua_State *lua)
{
    lua_pushnumber(lua, sim_math_cos(luaL_checknumber(lua, 1)));
    return 1;
}

static int number_tan(lua_State *lua)
{
    double angle = luaL_checknumber(lua, 1);

    lua_pushnumber(lua, sim_math_sin(angle) / sim_math_cos(angle));
    return 1;
}

/* math.random() in [0, 1), math.random(n) in 1 .. n, math.random(m, n) in m .. n. */
static int number_random(lua_State *lua)
{
    struct script_runtime *runtime = script_state_of(lua);
    lua_Integer low = 1;
    lua_Integer high = 0;

    if (runtime->world == NULL) {
        return script_fail(lua, "math.random needs the seed: call tb.scenario first");
    }
    struct sim_stream *stream = &script_draws_here(lua, &runtime->random, "random")->stream;
    if (lua_gettop(lua) == 0) {
        lua_pushnumber(lua, sim_stream_unit(stream));
        return 1;
    }
    if (lua_gettop(lua) == 1) {
        high = luaL_checkinteger(lua, 1);
    } else {
        low = luaL_checkinteger(lua, 1);
        high = luaL_checkinteger(lua, 2);
    }
    if (low > high) {
        return script_fail(lua, "math.random: there is no integer in this interval");
    }
    uint64_t others = (uint64_t)high - (uint64_t)low;
    uint64_t draw =
        others == UINT64_MAX ? sim_stream_next(stream) : sim_stream_below(stream, others + 1);
    lua_Unsigned result = (lua_Unsigned)low + draw; /* wraps as it should */
    lua_pushinteger(lua, (lua_Integer)result);
    return 1;
}

void script_numbers_bind(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"exp", number_exp},
        {"log", number_log},
        {"pow", number_pow},
        {"sin", number_sin},
        {"cos", number_cos},
        {"tan", number_tan},
        {"random", number_random},
        {NULL, NULL},
    };

    luaL_setfuncs(lua, functions, 0);
}
