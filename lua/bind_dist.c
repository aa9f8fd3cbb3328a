/* A distribution is a userdata that holds a struct sim_dist by value, and, for one that scripts
 * draw from, the stream that they draw with. Tables of weights or samples belong to the runtime,
 * because the world borrows them. */
/* SPDX-License-Identifier: MIT */
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "lua/bind.h"
#include "lua/fail.h"
#include "lua/handle.h"

#define DISTRIBUTION "tailback.core.distribution"

/* They are not Lua's memory, so its limit does not hold them. */
#define TABLE_VALUES_MAX UINT64_C(4000000)
#define DRAWN_MAX        10000

#define NAME_SIZE        48

struct block {
    struct sim_dist dist;
    struct sim_stream stream;
    char name[NAME_SIZE]; /* of the stream */
    bool has_stream;
    bool is_time;    /* draws are durations: never below 0 */
    bool is_integer; /* so are all its draws */
};

const struct sim_dist *script_bind_dist_at(lua_State *lua, int index)
{
    const struct block *block = luaL_checkudata(lua, index, DISTRIBUTION);

    return &block->dist;
}

struct sim_dist script_bind_dist_field(lua_State *lua, int index, const char *name)
{
    lua_getfield(lua, index, name);
    struct sim_dist dist = *script_bind_dist_at(lua, -1);
    lua_pop(lua, 1);
    return dist;
}

/* ---- making them ---- */

static void push_block(lua_State *lua, const struct sim_dist *dist, bool is_integer)
{
    struct block *block = lua_newuserdatauv(lua, sizeof(*block), 0);

    *block = (struct block){.dist = *dist, .is_integer = is_integer};
    luaL_setmetatable(lua, DISTRIBUTION);
}

static int find_kind(lua_State *lua, const char *name)
{
    for (int kind = 0; kind < SIM_DIST_KIND_COUNT; kind++) {
        if (strcmp(sim_dist_form_of((enum sim_dist_kind)kind)->name, name) == 0) {
            return kind;
        }
    }
    return luaL_error(lua, "core: no distribution '%s'", name);
}

/* core.distribution(kind, parameters...): the distribution; or nil, the name of the parameter that
 * is wrong, and what it must be. */
static int dist_distribution(lua_State *lua)
{
    enum sim_dist_kind kind = (enum sim_dist_kind)find_kind(lua, luaL_checkstring(lua, 1));
    const struct sim_dist_form *form = sim_dist_form_of(kind);
    double parameters[SIM_DIST_PARAMETERS_MAX] = {0};
    struct sim_dist_error error;
    struct sim_dist dist;

    for (uint32_t i = 0; i < form->parameter_count; i++) {
        parameters[i] = luaL_checknumber(lua, (int)i + 2);
    }
    if (!sim_dist_init(&dist, kind, parameters, &error)) {
        lua_pushnil(lua);
        lua_pushstring(lua, error.parameter);
        lua_pushstring(lua, error.requirement);
        return 3;
    }
    push_block(lua, &dist, kind == SIM_DIST_UNIFORM_INT || kind == SIM_DIST_ZIPF);
    return 1;
}

/* The numbers of the list at `index`, in a userdata that is pushed; sets *out_count. */
static double *push_numbers(lua_State *lua, int index, uint32_t *out_count)
{
    lua_Unsigned count = lua_rawlen(lua, index);

    SIM_ASSERT(count <= TABLE_VALUES_MAX);
    double *numbers = lua_newuserdatauv(lua, (size_t)count * sizeof(*numbers) + 1, 0);
    for (lua_Unsigned i = 0; i < count; i++) {
        lua_rawgeti(lua, index, (lua_Integer)i + 1);
        numbers[i] = luaL_checknumber(lua, -1);
        lua_pop(lua, 1);
    }
    *out_count = (uint32_t)count;
    return numbers;
}

static bool are_integers(const double *values, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (values[i] > floor(values[i])) {
            return false;
        }
    }
    return true;
}

/* core.table(values, weights): weighted values; without weights, observed samples. The
 * distribution; or nil, the place of the entry that is wrong, and what it must be. */
static int dist_table(lua_State *lua)
{
    struct script_runtime *runtime = script_state_of(lua);
    struct sim_discrete_error error;
    uint32_t count = 0;
    uint32_t weight_count = 0;
    bool is_weighted = !lua_isnoneornil(lua, 2);

    lua_settop(lua, 2);
    runtime->table_values += lua_rawlen(lua, 1);
    if (runtime->table_values > TABLE_VALUES_MAX) {
        return script_fail(
            lua,
            "the tables of a scenario's distributions hold at most %d values in all: make each "
            "distribution once",
            (int)TABLE_VALUES_MAX);
    }
    const double *values = push_numbers(lua, 1, &count);
    const double *weights = is_weighted ? push_numbers(lua, 2, &weight_count) : NULL;
    SIM_ASSERT(!is_weighted || weight_count == count);
    sim_discrete *table = is_weighted ? sim_discrete_create(values, weights, count, &error)
                                      : sim_discrete_create_empirical(values, count, &error);
    if (table == NULL) {
        lua_pushnil(lua);
        lua_pushinteger(lua, (lua_Integer)error.index + 1);
        lua_pushstring(lua, error.requirement);
        return 3;
    }
    g_ptr_array_add(runtime->tables, table);
    struct sim_dist dist;
    sim_dist_init_table(&dist, table);
    push_block(lua, &dist, is_weighted && are_integers(values, count));
    return 1;
}

/* ---- asking them ---- */

/* core.mean(distribution) */
static int dist_mean(lua_State *lua)
{
    lua_pushnumber(lua, sim_dist_mean(script_bind_dist_at(lua, 1)));
    return 1;
}

/* core.variance(distribution) */
static int dist_variance(lua_State *lua)
{
    lua_pushnumber(lua, sim_dist_variance(script_bind_dist_at(lua, 1)));
    return 1;
}

/* core.draws(distribution, name, is_time): what its draws are, and the name of their stream */
static int dist_draws(lua_State *lua)
{
    struct block *block = luaL_checkudata(lua, 1, DISTRIBUTION);

    (void)g_snprintf(block->name, sizeof(block->name), "lua/%s", luaL_checkstring(lua, 2));
    block->is_time = lua_toboolean(lua, 3) != 0;
    return 0;
}

/* Streams are opened for those only that are drawn from. */
static void open_stream(lua_State *lua, struct block *block)
{
    struct script_runtime *runtime = script_state_of(lua);
    struct world *world = script_bind_world_of(lua);

    if (runtime->drawn_count >= DRAWN_MAX) {
        (void)script_fail(
            lua,
            "draw: this is distribution number %d to be drawn from: make a distribution once, not "
            "for each draw",
            DRAWN_MAX + 1);
    }
    runtime->drawn_count++;
    block->has_stream = sim_registry_stream(world->registry, block->name, &block->stream);
    SIM_ASSERT(block->has_stream);
}

/* distribution:draw() */
static int dist_draw(lua_State *lua)
{
    struct block *block = script_handle_block(lua);

    SIM_ASSERT(block != NULL);
    if (!block->has_stream) {
        open_stream(lua, block);
    }
    double draw = sim_dist_draw(&block->dist, &block->stream);
    if (block->is_time && draw < 0) {
        draw = 0;
    }
    lua_Integer integer = 0;
    if (block->is_integer && lua_numbertointeger(draw, &integer)) {
        lua_pushinteger(lua, integer);
    } else {
        lua_pushnumber(lua, draw);
    }
    return 1;
}

void script_bind_dist(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"distribution", dist_distribution},
        {"table", dist_table},
        {"mean", dist_mean},
        {"variance", dist_variance},
        {"draws", dist_draws},
        {NULL, NULL},
    };

    (void)luaL_newmetatable(lua, DISTRIBUTION);
    lua_pop(lua, 1);
    luaL_setfuncs(lua, functions, 0);
    script_handle_method(lua, "distribution", "draw", dist_draw);
}
