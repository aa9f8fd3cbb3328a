/* A distribution is a userdata that holds a struct sim_dist by value, and, for one that scripts
 * draw from, the list of its uses, each with a stream (lua/draws.h). Tables of weights or samples
 * belong to the runtime, because the world borrows them. */
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

#define NAME_LENGTH_MAX  200 /* of a use */

struct block {
    struct sim_dist dist;
    const char *kind;        /* "exponential": a literal of the table of forms, or of this file */
    struct script_use *uses; /* owned by the runtime */
    bool is_time;            /* draws are durations: never below 0 */
    bool is_integer;         /* so are all its draws */
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

static void push_block(
    lua_State *lua, const struct sim_dist *dist, const char *kind, bool is_integer)
{
    struct block *block = lua_newuserdatauv(lua, sizeof(*block), 0);

    *block = (struct block){.dist = *dist, .kind = kind, .is_integer = is_integer};
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
    bool is_integer = kind == SIM_DIST_UNIFORM_INT || kind == SIM_DIST_ZIPF;
    push_block(lua, &dist, form->name, is_integer);
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
    bool is_integer = is_weighted && are_integers(values, count);
    push_block(lua, &dist, is_weighted ? "discrete" : "empirical", is_integer);
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

/* core.least(distribution): next to none of its draws is below */
static int dist_least(lua_State *lua)
{
    lua_pushnumber(lua, sim_dist_least(script_bind_dist_at(lua, 1)));
    return 1;
}

/* core.durations(distribution): its draws are durations */
static int dist_durations(lua_State *lua)
{
    struct block *block = luaL_checkudata(lua, 1, DISTRIBUTION);

    SIM_ASSERT(block->uses == NULL);
    block->is_time = true;
    return 0;
}

/* The use that its author calls by the name at `index`. */
static struct script_use *named_use(lua_State *lua, struct block *block, int index)
{
    struct script_runtime *runtime = script_state_of(lua);
    size_t length = 0;
    const char *name =
        lua_type(lua, index) == LUA_TSTRING ? lua_tolstring(lua, index, &length) : "";

    if (length == 0 || length > NAME_LENGTH_MAX || strlen(name) != length) {
        (void)script_fail(
            lua,
            "draw: use: expected a text of 1 to %d characters, the name of this use, such as "
            "\"beijing/gap\", got a %s",
            NAME_LENGTH_MAX,
            luaL_typename(lua, index));
    }
    struct script_use *use = script_draws_find(&block->uses, name);
    if (use == NULL) {
        script_draws_check_room(lua);
        struct world *world = script_bind_world_of(lua);
        use = script_draws_add_named(&runtime->draws, world->registry, &block->uses, name);
    }
    if (use == NULL) {
        (void)script_fail(
            lua,
            "draw: use: another distribution draws for \"%s\": give each a name of its own",
            name);
    }
    return use;
}

/* distribution:draw([use]) */
static int dist_draw(lua_State *lua)
{
    struct block *block = script_handle_block(lua);
    struct script_use *use = lua_isnoneornil(lua, 2)
                                 ? script_draws_here(lua, &block->uses, block->kind)
                                 : named_use(lua, block, 2);

    SIM_ASSERT(use != NULL && use == block->uses);
    double draw = sim_dist_draw(&block->dist, &use->stream);
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
        {"least", dist_least},
        {"durations", dist_durations},
        {NULL, NULL},
    };

    (void)luaL_newmetatable(lua, DISTRIBUTION);
    lua_pop(lua, 1);
    luaL_setfuncs(lua, functions, 0);
    script_handle_method(lua, "distribution", "draw", dist_draw);
}
