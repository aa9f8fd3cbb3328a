/* A measure goes by its place in the registry, which only grows. */
/* SPDX-License-Identifier: MIT */
#include <lauxlib.h>
#include <string.h>

#include "lua/bind.h"
#include "lua/call.h"
#include "lua/fail.h"
#include "world/invariant.h"
#include "world/ledger.h"

/* ---- measures ---- */

static const struct sim_measure *measure_at(lua_State *lua, int index)
{
    const sim_registry *registry = script_bind_world_of(lua)->registry;
    lua_Integer number = luaL_checkinteger(lua, index);

    luaL_argcheck(
        lua, number >= 1 && number <= sim_registry_count(registry), index, "names no measure");
    return sim_registry_at(registry, (uint32_t)number - 1);
}

/* core.measure_count() */
static int measure_count(lua_State *lua)
{
    lua_pushinteger(lua, sim_registry_count(script_bind_world_of(lua)->registry));
    return 1;
}

/* core.measure(number): its name, unit and kind */
static int measure_measure(lua_State *lua)
{
    static const char *const kinds[] = {"counter", "gauge", "tally"};
    const struct sim_measure *measure = measure_at(lua, 1);

    lua_pushstring(lua, measure->name);
    lua_pushstring(lua, measure->unit);
    lua_pushstring(lua, kinds[measure->kind]);
    return 3;
}

/* core.value(measure): a counter's or a gauge's value, the number of a tally's values */
static int measure_value(lua_State *lua)
{
    const struct sim_measure *measure = measure_at(lua, 1);
    uint64_t count = 0;

    switch (measure->kind) {
    case SIM_MEASURE_COUNTER:
        lua_pushinteger(lua, (lua_Integer)measure->counter.value);
        return 1;
    case SIM_MEASURE_GAUGE:
        lua_pushinteger(lua, measure->gauge.value);
        return 1;
    case SIM_MEASURE_TALLY:
        if (measure->tally.histogram != NULL) {
            count = sim_histogram_count(measure->tally.histogram);
        }
        break;
    }
    lua_pushinteger(lua, (lua_Integer)count);
    return 1;
}

/* core.mean_of(measure): a gauge's mean over time, the mean of a tally's values */
static int measure_mean(lua_State *lua)
{
    const struct sim_measure *measure = measure_at(lua, 1);
    double mean = 0;

    luaL_argcheck(lua, measure->kind != SIM_MEASURE_COUNTER, 1, "a counter has no mean");
    if (measure->kind == SIM_MEASURE_GAUGE) {
        mean = sim_gauge_mean(&measure->gauge, script_bind_world_of(lua)->run.now);
    } else if (measure->tally.histogram != NULL) {
        mean = sim_histogram_mean(measure->tally.histogram);
    }
    lua_pushnumber(lua, mean);
    return 1;
}

/* core.max_of(measure): of a gauge, of a tally's values */
static int measure_max(lua_State *lua)
{
    const struct sim_measure *measure = measure_at(lua, 1);
    int64_t max = 0;

    luaL_argcheck(lua, measure->kind != SIM_MEASURE_COUNTER, 1, "a counter has no maximum");
    if (measure->kind == SIM_MEASURE_GAUGE) {
        max = measure->gauge.max;
    } else if (measure->tally.histogram != NULL) {
        max = sim_histogram_max(measure->tally.histogram);
    }
    lua_pushinteger(lua, max);
    return 1;
}

/* core.percentile(tally, percent) */
static int measure_percentile(lua_State *lua)
{
    const struct sim_measure *measure = measure_at(lua, 1);
    double percent = luaL_checknumber(lua, 2);
    int64_t value = 0;

    luaL_argcheck(lua, measure->kind == SIM_MEASURE_TALLY, 1, "is no tally");
    luaL_argcheck(lua, percent >= 0 && percent <= 100, 2, "is no percentage");
    if (measure->tally.histogram != NULL) {
        value = sim_histogram_percentile(measure->tally.histogram, percent);
    }
    lua_pushinteger(lua, value);
    return 1;
}

/* core.latency(measure): this tally is what the summary calls the latency */
static int measure_latency(lua_State *lua)
{
    struct script_runtime *runtime = script_state_of(lua);

    (void)script_bind_world_to_build(lua);
    runtime->latency = g_string_chunk_insert(runtime->strings, measure_at(lua, 1)->name);
    return 0;
}

/* ---- checks ---- */

/* core.bound(measure, relation, limit, from, until, percent) */
static int measure_bound(lua_State *lua)
{
    struct world_bound bound = {
        .measure = measure_at(lua, 1),
        .relation = strcmp(luaL_checkstring(lua, 2), "below") == 0 ? WORLD_BELOW : WORLD_ABOVE,
        .limit = luaL_checknumber(lua, 3),
        .from = luaL_checkinteger(lua, 4),
        .until = luaL_optinteger(lua, 5, SIM_NEVER),
        .percent = luaL_optnumber(lua, 6, 0),
    };

    return script_bind_push(
        lua, SCRIPT_CHECK, world_check_bound(script_bind_world_to_build(lua), &bound));
}

/* core.question(function): a check that calls it at the end */
static int measure_question(lua_State *lua)
{
    struct world_check *check = world_check_create(script_bind_world_to_build(lua));

    luaL_checktype(lua, 1, LUA_TFUNCTION);
    check->at_end = script_call_question;
    check->context = script_call_create(lua, 1, "a check at the end");
    return script_bind_push(lua, SCRIPT_CHECK, check);
}

/* core.exactly_once() */
static int measure_exactly_once(lua_State *lua)
{
    world_audit *audit = script_bind_world_to_build(lua)->audit;

    return script_bind_push(lua, SCRIPT_CHECK, world_audit_check_exactly_once(audit));
}

/* core.conservation() */
static int measure_conservation(lua_State *lua)
{
    world_audit *audit = script_bind_world_to_build(lua)->audit;

    return script_bind_push(lua, SCRIPT_CHECK, world_audit_check_conservation(audit));
}

/* core.budgets(ledger) */
static int measure_budgets(lua_State *lua)
{
    world_ledger *ledger = script_bind_object(lua, 1, SCRIPT_LEDGER);

    (void)script_bind_world_to_build(lua);
    return script_bind_push(lua, SCRIPT_CHECK, world_ledger_check_budgets(ledger));
}

/* core.money(ledger) */
static int measure_money(lua_State *lua)
{
    world_ledger *ledger = script_bind_object(lua, 1, SCRIPT_LEDGER);

    (void)script_bind_world_to_build(lua);
    return script_bind_push(lua, SCRIPT_CHECK, world_ledger_check_money(ledger));
}

/* core.order(): the world is watched from then on. */
static int measure_order(lua_State *lua)
{
    const struct world_invariants_config config = world_invariants_default();
    struct world *world = script_bind_world_to_build(lua);

    if (world->invariants == NULL) {
        world_invariants_watch(world, &config);
    }
    return script_bind_push(lua, SCRIPT_CHECK, world_invariant_check(world, WORLD_I4_ORDER));
}

/* core.expect(check, name) */
static int measure_expect(lua_State *lua)
{
    struct world_check *check = script_bind_object(lua, 1, SCRIPT_CHECK);

    if (check->name != NULL) {
        return script_fail(lua, "this check is expected already, as \"%s\"", check->name);
    }
    world_check_expect(script_bind_world_to_build(lua), check, luaL_checkstring(lua, 2));
    return 0;
}

void script_bind_measure(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"measure_count", measure_count},
        {"measure", measure_measure},
        {"value", measure_value},
        {"mean_of", measure_mean},
        {"max_of", measure_max},
        {"percentile", measure_percentile},
        {"latency", measure_latency},
        {"bound", measure_bound},
        {"question", measure_question},
        {"exactly_once", measure_exactly_once},
        {"conservation", measure_conservation},
        {"budgets", measure_budgets},
        {"money", measure_money},
        {"order", measure_order},
        {"expect", measure_expect},
        {NULL, NULL},
    };

    luaL_setfuncs(lua, functions, 0);
}
