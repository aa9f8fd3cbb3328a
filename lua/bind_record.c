/* Measures of the scenario's own (tb.measure), which it records values in. They stand in the
 * registry beside the world's. Nothing is allocated to record a value. */
/* SPDX-License-Identifier: MIT */
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "lua/bind.h"
#include "lua/fail.h"
#include "lua/handle.h"

#define MEASURES_MAX 1000

/* Whole numbers that a double holds exactly. */
#define VALUE_MAX 9007199254740992.0

struct record {
    enum sim_measure_kind kind;
    union {
        struct sim_counter *counter;
        struct sim_gauge *gauge;
        struct sim_tally *tally;
    };
    bool is_time; /* given in seconds, kept in ns */
};

static bool enter(sim_registry *registry, const char *name, const char *unit, struct record *record)
{
    switch (record->kind) {
    case SIM_MEASURE_COUNTER:
        record->counter = sim_registry_counter(registry, name, unit);
        return record->counter != NULL;
    case SIM_MEASURE_GAUGE:
        record->gauge = sim_registry_gauge(registry, name, unit);
        return record->gauge != NULL;
    case SIM_MEASURE_TALLY:
        record->tally = sim_registry_tally(registry, name, unit);
        return record->tally != NULL;
    }
    return false;
}

/* core.record(name, kind, unit): a new measure's place in the registry, and its block; nil when the
 * name is taken. The unit "s" is kept as ns. */
static int record_record(lua_State *lua)
{
    static const char *const kinds[] = {"counter", "gauge", "tally", NULL};
    const char *name = luaL_checkstring(lua, 1);
    const char *unit = luaL_checkstring(lua, 3);
    sim_registry *registry = script_bind_world_to_build(lua)->registry;
    struct script_runtime *runtime = script_state_of(lua);

    if (runtime->record_count >= MEASURES_MAX) {
        return script_fail(lua, "tb.measure: at most %d of them", MEASURES_MAX);
    }
    struct record *record = lua_newuserdatauv(lua, sizeof(*record), 0);
    *record = (struct record){
        .kind = (enum sim_measure_kind)luaL_checkoption(lua, 2, NULL, kinds),
        .is_time = strcmp(unit, "s") == 0,
    };
    if (!enter(registry, name, record->is_time ? "ns" : unit, record)) {
        lua_pushnil(lua);
        return 1;
    }
    runtime->record_count++;
    lua_pushinteger(lua, sim_registry_count(registry));
    lua_insert(lua, -2);
    return 2;
}

/* ---- methods ---- */

/* The measure that the method is called on, which must be of this kind. */
static const struct record *record_of(
    lua_State *lua, const char *method, enum sim_measure_kind kind)
{
    static const char *const makers[] = {"counter", "gauge", "tally"};
    const struct record *record = script_handle_block(lua);

    if (record == NULL) {
        (void)script_fail(
            lua, "%s is for measures that tb.measure made; this one is the world's", method);
    } else if (record->kind != kind) {
        (void)script_fail(
            lua,
            "%s is for a %s, and this measure is a %s: say kind = \"%s\" in tb.measure",
            method,
            makers[kind],
            makers[record->kind],
            makers[kind]);
    }
    return record;
}

/* Never returns. */
static void refuse(lua_State *lua, const char *method, const char *expected)
{
    if (lua_type(lua, 2) == LUA_TNUMBER) {
        (void)script_fail(
            lua, "%s: expected %s, got number %.14g", method, expected, lua_tonumber(lua, 2));
    }
    (void)script_fail(lua, "%s: expected %s, got a %s", method, expected, luaL_typename(lua, 2));
}

/* The value at place 2 as the registry keeps it, at least `least`. */
static int64_t value_of(
    lua_State *lua, const char *method, const struct record *record, double least)
{
    double value = lua_type(lua, 2) == LUA_TNUMBER ? lua_tonumber(lua, 2) : (double)NAN;

    if (record->is_time) {
        value = nearbyint(value * (double)SIM_SECOND);
    }
    if (!(value >= least && value <= VALUE_MAX)) {
        const char *number = record->is_time ? "a number of seconds" : "a whole number up to 2^53";
        const char *expected =
            lua_pushfstring(lua, "%s%s", number, least < 0 ? "" : " of at least 0");
        refuse(lua, method, expected);
    }
    if (value > floor(value)) {
        refuse(lua, method, "a whole number (a time has unit = \"s\" in tb.measure)");
    }
    return (int64_t)value;
}

/* measure:add([count]) */
static int record_add(lua_State *lua)
{
    const struct record *record = record_of(lua, "add", SIM_MEASURE_COUNTER);
    int64_t count = lua_gettop(lua) < 2 ? 1 : value_of(lua, "add", record, 0);

    record->counter->value += (uint64_t)count;
    world_trace_script(script_bind_world_of(lua), (uint64_t)count);
    return 0;
}

/* measure:set(value) */
static int record_set(lua_State *lua)
{
    const struct record *record = record_of(lua, "set", SIM_MEASURE_GAUGE);
    int64_t value = value_of(lua, "set", record, -VALUE_MAX);

    sim_gauge_set(record->gauge, value, script_bind_world_of(lua)->run.now);
    world_trace_script(script_bind_world_of(lua), (uint64_t)value);
    return 0;
}

/* measure:record(value) */
static int record_tally(lua_State *lua)
{
    const struct record *record = record_of(lua, "record", SIM_MEASURE_TALLY);
    int64_t value = value_of(lua, "record", record, 0);

    sim_tally_record(record->tally, value);
    world_trace_script(script_bind_world_of(lua), (uint64_t)value);
    return 0;
}

void script_bind_record(lua_State *lua)
{
    lua_pushcfunction(lua, record_record);
    lua_setfield(lua, -2, "record");
    script_handle_method(lua, "measure", "add", record_add);
    script_handle_method(lua, "measure", "set", record_set);
    script_handle_method(lua, "measure", "record", record_tally);
}
