/* An arrival process is a userdata that holds its configuration, which is tried before it is kept:
 * so it is known to be valid. */
/* SPDX-License-Identifier: MIT */
#include <lauxlib.h>

#include "lua/bind.h"
#include "lua/recording.h"

#define ARRIVALS "tailback.core.arrivals"

static bool is_valid(const struct sim_arrivals_config *config, struct sim_dist_error *out_error)
{
    struct sim_arrivals tried;

    return sim_arrivals_init(&tried, config, (struct sim_stream){0}, out_error);
}

/* Fills in the stages from the list {{rate, duration in seconds}, ...} at `index`. */
static void read_stages(lua_State *lua, int index, struct sim_arrivals_config *config)
{
    lua_Unsigned count = lua_rawlen(lua, index);

    SIM_ASSERT(count <= SIM_ARRIVALS_STAGES_MAX);
    config->stage_count = (uint32_t)count;
    for (uint32_t i = 0; i < config->stage_count; i++) {
        lua_rawgeti(lua, index, (lua_Integer)i + 1);
        lua_rawgeti(lua, -1, 1);
        lua_rawgeti(lua, -2, 2);
        config->stages[i] = (struct sim_arrivals_stage){
            .rate = luaL_checknumber(lua, -2),
            .duration = luaL_checknumber(lua, -1),
        };
        lua_pop(lua, 3);
    }
}

/* core.arrivals(kind, fields): the process; or nil, the name of the parameter that is wrong, and
 * what it must be. Every field of the kind is there: rate, amplitude, period, peak, stages,
 * repeats, interval. */
static int arrivals_arrivals(lua_State *lua)
{
    static const char *const kinds[] = {
        "poisson", "periodic", "renewal", "bursty", "stages", "diurnal", NULL};
    struct sim_arrivals_config config = {
        .kind = (enum sim_arrivals_kind)luaL_checkoption(lua, 1, NULL, kinds),
    };
    struct sim_dist_error error;

    lua_settop(lua, 2);
    luaL_checktype(lua, 2, LUA_TTABLE);
    switch (config.kind) {
    case SIM_ARRIVALS_RENEWAL:
        config.interval = script_bind_dist_field(lua, 2, "interval");
        break;
    case SIM_ARRIVALS_BURSTY:
    case SIM_ARRIVALS_PIECEWISE:
        config.repeats = script_bind_boolean(lua, 2, "repeats");
        lua_getfield(lua, 2, "stages");
        read_stages(lua, 3, &config);
        break;
    case SIM_ARRIVALS_DIURNAL:
        config.amplitude = script_bind_number(lua, 2, "amplitude");
        config.period = script_bind_number(lua, 2, "period");
        config.peak = script_bind_number(lua, 2, "peak");
        config.rate = script_bind_number(lua, 2, "rate");
        break;
    case SIM_ARRIVALS_POISSON:
    case SIM_ARRIVALS_PERIODIC:
        config.rate = script_bind_number(lua, 2, "rate");
    }
    if (!is_valid(&config, &error)) {
        lua_pushnil(lua);
        lua_pushstring(lua, error.parameter);
        lua_pushstring(lua, error.requirement);
        return 3;
    }
    struct sim_arrivals_config *kept = lua_newuserdatauv(lua, sizeof(*kept), 0);
    *kept = config;
    luaL_setmetatable(lua, ARRIVALS);
    return 1;
}

/* core.rate(arrivals): per second, in the long run */
static int arrivals_rate(lua_State *lua)
{
    const struct sim_arrivals_config *config = luaL_checkudata(lua, 1, ARRIVALS);
    struct sim_arrivals arrivals;
    struct sim_dist_error error;
    bool was_valid = sim_arrivals_init(&arrivals, config, (struct sim_stream){0}, &error);

    SIM_ASSERT(was_valid);
    lua_pushnumber(lua, sim_arrivals_rate(&arrivals));
    return 1;
}

struct world_source_config script_bind_source_at(lua_State *lua, int index)
{
    if (script_recording_is(lua, index)) {
        return script_recording_play(lua, index);
    }
    struct world_feed *feed = script_bind_feed_at(lua, index);
    if (feed != NULL) {
        return (struct world_source_config){.feed = feed};
    }
    return (struct world_source_config){.process = luaL_checkudata(lua, index, ARRIVALS)};
}

void script_bind_arrivals(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"arrivals", arrivals_arrivals},
        {"rate", arrivals_rate},
        {NULL, NULL},
    };

    (void)luaL_newmetatable(lua, ARRIVALS);
    lua_pop(lua, 1);
    luaL_setfuncs(lua, functions, 0);
}
