/* Loading goes in four steps, all inside one lua_pcall: open the standard libraries and bound them;
 * make the core table; run the library's tailback/init.lua with it, which returns the globals of
 * scenarios and a function that completes the world; run the scenario, then that function. */
/* SPDX-License-Identifier: MIT */
#include "lua/runtime.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include <lualib.h>

#include "lua/bind.h"
#include "lua/bounded.h"
#include "lua/call.h"
#include "lua/coroutines.h"
#include "lua/fail.h"
#include "lua/handle.h"
#include "lua/loader.h"
#include "lua/numbers.h"
#include "lua/order.h"
#include "lua/process.h"
#include "lua/state.h"
#include "lua/view.h"

/* So many events at one instant, and no process will ever see the next. */
#define EVENTS_PER_INSTANT_MAX UINT64_C(1000000)

/* Events that are still to come, messages on their way among them. */
#define PENDING_MAX UINT64_C(10000000)

/* How often these two are looked at. */
#define EVENTS_PER_STEP UINT64_C(100000)

#define CALL_MS_DEFAULT 2000

GQuark script_error_quark(void)
{
    return g_quark_from_static_string("script-error");
}

/* ---- loading ---- */

static void open_library(lua_State *lua, const char *name, lua_CFunction open)
{
    luaL_requiref(lua, name, open, 1);
}

/* The standard libraries, into the globals of the library's own modules. */
static void open_libraries(lua_State *lua)
{
    open_library(lua, LUA_GNAME, luaopen_base);
    lua_pushcfunction(lua, script_order_pairs);
    lua_setfield(lua, -2, "pairs");
    lua_pushcfunction(lua, script_bounded_tostring);
    lua_setfield(lua, -2, "tostring");
    open_library(lua, LUA_STRLIBNAME, luaopen_string);
    script_bounded_strings(lua);
    open_library(lua, LUA_TABLIBNAME, luaopen_table);
    script_bounded_tables(lua);
    open_library(lua, LUA_MATHLIBNAME, luaopen_math);
    script_numbers_bind(lua);
    open_library(lua, LUA_COLIBNAME, luaopen_coroutine);
    script_coroutines_bound(lua);
    open_library(lua, LUA_UTF8LIBNAME, luaopen_utf8);
    lua_settop(lua, 0);
}

static void push_core(lua_State *lua)
{
    lua_newtable(lua);
    script_handle_bind(lua);
    script_loader_bind(lua);
    script_process_bind(lua);
    script_bind_scenario(lua);
    script_bind_world(lua);
    script_bind_node(lua);
    script_bind_measure(lua);
}

/* Runs the library, the scenario's file, and what completes the world. */
static int load(lua_State *lua)
{
    struct script_runtime *runtime = script_state_of(lua);

    open_libraries(lua);
    script_view_create_all(lua);
    push_core(lua);
    lua_getfield(lua, 1, "load_library");
    lua_pushstring(lua, "tailback.init");
    lua_call(lua, 1, 1);
    lua_insert(lua, 1);
    lua_call(lua, 1, 2); /* globals, complete */
    lua_pushvalue(lua, 1);
    script_loader_push_scenario(lua);
    lua_call(lua, 0, 0);
    lua_pushvalue(lua, 2);
    lua_call(lua, 0, 0);
    runtime->loaded = true;
    return 0;
}

static void copy_options(struct script_runtime *runtime, const struct script_options *options)
{
    runtime->options = *options;
    runtime->path = g_strdup(options->path);
    runtime->folder = g_path_get_dirname(options->path);
    runtime->library = g_strdup(options->library);
}

static struct script_runtime *create(const struct script_options *options)
{
    struct script_runtime *runtime = g_new0(struct script_runtime, 1);

    copy_options(runtime, options);
    runtime->strings = g_string_chunk_new(1024);
    runtime->params = g_array_new(FALSE, FALSE, sizeof(struct script_param));
    runtime->objects = g_array_new(FALSE, FALSE, sizeof(struct script_object));
    runtime->contexts = g_ptr_array_new_with_free_func(g_free);
    uint32_t call_ms = options->call_ms_max != 0 ? options->call_ms_max : CALL_MS_DEFAULT;
    script_limits_init(&runtime->limits, options->memory_max, call_ms);
    runtime->locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    SIM_ASSERT(runtime->locale != (locale_t)0);
    runtime->lua = lua_newstate(script_limits_allocate, &runtime->limits);
    SIM_ASSERT(runtime->lua != NULL);
    *(struct script_runtime **)lua_getextraspace(runtime->lua) = runtime;
    return runtime;
}

/* While the lines that led to the error still stand on the stack. */
static int say_where(lua_State *lua)
{
    g_autofree char *message = script_fail_message(lua);

    lua_pushstring(lua, message);
    return 1;
}

/* Calls load() and turns what it raises into *error. */
static bool is_loaded(struct script_runtime *runtime, GError **error)
{
    lua_State *lua = runtime->lua;
    lua_State *before = script_limits_enter(&runtime->limits, lua);

    lua_pushcfunction(lua, say_where);
    lua_pushcfunction(lua, load);
    int status = lua_pcall(lua, 0, 0, 1);
    script_limits_leave(&runtime->limits, before);
    if (status != LUA_OK) {
        g_autofree char *message = script_fail_message(lua);
        g_set_error_literal(error, SCRIPT_ERROR, SCRIPT_ERROR_LOAD, message);
        return false;
    }
    lua_settop(lua, 0);
    runtime->scenario.params = (const struct script_param *)(void *)runtime->params->data;
    runtime->scenario.param_count = runtime->params->len;
    script_call_prepare(lua);

    GError *reason = NULL;
    if (!world_is_complete(runtime->world, &reason)) {
        g_set_error(
            error, SCRIPT_ERROR, SCRIPT_ERROR_LOAD, "%s: %s", runtime->path, reason->message);
        g_error_free(reason);
        return false;
    }
    return true;
}

script_runtime *script_runtime_load(const struct script_options *options, GError **error)
{
    struct script_runtime *runtime = create(options);

    locale_t before = uselocale(runtime->locale);
    bool is_well = script_limits_start(&runtime->limits, error) && is_loaded(runtime, error);

    (void)uselocale(before);
    if (!is_well) {
        script_runtime_destroy(runtime);
        return NULL;
    }
    return runtime;
}

/* The world goes last: what Lua holds of it are numbers, but its checks borrow our contexts. */
void script_runtime_destroy(script_runtime *runtime)
{
    if (runtime == NULL) {
        return;
    }
    script_limits_stop(&runtime->limits);
    lua_close(runtime->lua);
    freelocale(runtime->locale);
    world_destroy(runtime->world);
    g_ptr_array_unref(runtime->contexts);
    g_array_unref(runtime->objects);
    g_array_unref(runtime->params);
    g_string_chunk_free(runtime->strings);
    g_clear_error(&runtime->error);
    g_free(runtime->library);
    g_free(runtime->folder);
    g_free(runtime->path);
    g_free(runtime);
}

/* ---- looking ---- */

const struct script_scenario *script_runtime_scenario(const script_runtime *runtime)
{
    return &runtime->scenario;
}

struct world *script_runtime_world(const script_runtime *runtime)
{
    return runtime->world;
}

const struct sim_measure *script_runtime_latency(const script_runtime *runtime)
{
    const char *name = runtime->latency != NULL ? runtime->latency : "latency";

    return sim_registry_find(runtime->world->registry, name);
}

/* ---- running ---- */

/* Hands over the first error of the run, if there was one, and the locale that was there `before`.
 */
static bool leave(const struct script_runtime *runtime, locale_t before, GError **error)
{
    (void)uselocale(before);
    if (runtime->error == NULL) {
        return true;
    }
    g_propagate_error(error, g_error_copy(runtime->error));
    return false;
}

/* Sets the run's error when it is getting nowhere. */
static void check_step(struct script_runtime *runtime)
{
    const struct world *world = runtime->world;
    const char *reason = NULL;

    if (runtime->stuck >= EVENTS_PER_INSTANT_MAX) {
        reason = "a million events, and time does not pass: a process that sleeps for 0, or an "
                 "interval of 0?";
    } else if (sim_fel_count(world->run.fel) > PENDING_MAX) {
        reason = "ten million events are still to come: more is sent than can ever arrive?";
    }
    if (reason != NULL && runtime->error == NULL) {
        double now = (double)world->run.now / (double)SIM_SECOND;
        g_set_error(
            &runtime->error,
            SCRIPT_ERROR,
            SCRIPT_ERROR_RUN,
            "%s: at %.9g s: %s",
            runtime->path,
            now,
            reason);
    }
}

/* In steps, so as to see whether time passes. */
bool script_runtime_run(script_runtime *runtime, sim_time until, uint64_t fired_max, GError **error)
{
    locale_t locale = uselocale(runtime->locale);
    struct world *world = runtime->world;
    enum sim_run_end end = SIM_RUN_LIMIT;

    while (end == SIM_RUN_LIMIT && runtime->error == NULL && world->run.fired_count < fired_max) {
        uint64_t step = MIN(fired_max - world->run.fired_count, EVENTS_PER_STEP);
        sim_time before = world->run.now;

        end = world_run(world, until, world->run.fired_count + step);
        runtime->stuck = world->run.now == before ? runtime->stuck + step : 0;
        check_step(runtime);
    }
    return leave(runtime, locale, error);
}

/* The questions at the end are Lua functions, which may fail as any other. */
bool script_runtime_end(script_runtime *runtime, GError **error)
{
    locale_t before = uselocale(runtime->locale);

    if (runtime->error == NULL) {
        world_end(runtime->world);
    }
    return leave(runtime, before, error);
}
