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
#include "lua/lesson.h"
#include "lua/loader.h"
#include "lua/numbers.h"
#include "lua/order.h"
#include "lua/process.h"
#include "lua/recording.h"
#include "lua/state.h"
#include "lua/view.h"
#include "lua/watch.h"

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
    script_watch_bind(lua);
    script_bind_scenario(lua);
    script_bind_world(lua);
    script_bind_dist(lua);
    script_bind_group(lua);
    script_bind_model(lua);
    script_bind_operator(lua);
    script_bind_ticket(lua);
    script_bind_arrivals(lua);
    script_recording_bind(lua);
    script_bind_node(lua);
    script_bind_fault(lua);
    script_bind_measure(lua);
    script_bind_record(lua);
    script_lesson_bind(lua);
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

static void destroy_table(void *table)
{
    sim_discrete_destroy(table);
}

static struct script_runtime *create(const struct script_options *options)
{
    struct script_runtime *runtime = g_new0(struct script_runtime, 1);

    copy_options(runtime, options);
    runtime->strings = g_string_chunk_new(1024);
    runtime->params = g_array_new(FALSE, FALSE, sizeof(struct script_param));
    runtime->objects = g_array_new(FALSE, FALSE, sizeof(struct script_object));
    runtime->contexts = g_ptr_array_new_with_free_func(g_free);
    runtime->mistakes = g_ptr_array_new_with_free_func(g_free);
    script_draws_init(&runtime->draws);
    runtime->tables = g_ptr_array_new_with_free_func(destroy_table);
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

/* Ends the load with all the mistakes: those that were kept, and the one that ended it, if not
 * NULL, each with a line of its own. */
static bool fail_load(const struct script_runtime *runtime, const char *last, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);

    SIM_ASSERT(last != NULL || runtime->mistakes->len > 0);
    for (uint32_t i = 0; i < runtime->mistakes->len; i++) {
        const char *mistake = g_ptr_array_index(runtime->mistakes, i);
        g_string_append_printf(text, "%s%s", i > 0 ? "\n" : "", mistake);
    }
    if (last != NULL) {
        g_string_append_printf(text, "%s%s", text->len > 0 ? "\n" : "", last);
    }
    g_set_error_literal(error, SCRIPT_ERROR, SCRIPT_ERROR_LOAD, text->str);
    return false;
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
        return fail_load(runtime, message, error);
    }
    if (runtime->mistakes->len > 0) {
        return fail_load(runtime, NULL, error);
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

bool script_runtime_forked(script_runtime *runtime)
{
    script_limits_forked(&runtime->limits);
    return script_limits_start(&runtime->limits, NULL);
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
    script_recording_finish(runtime);
    script_lesson_finish(runtime);
    script_draws_finish(&runtime->draws);
    g_ptr_array_unref(runtime->tables);
    g_ptr_array_unref(runtime->contexts);
    g_array_unref(runtime->objects);
    g_array_unref(runtime->params);
    g_string_chunk_free(runtime->strings);
    g_ptr_array_unref(runtime->mistakes);
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

/* How many events may fire before somebody looks. A run that verifies every event would not stop at
 * the first watch by itself. */
static uint64_t step_of(const struct script_runtime *runtime)
{
    return script_watch_is_needed(runtime) || SIM_PARANOID ? 1 : EVENTS_PER_STEP;
}

/* One step; returns how it ended, or SIM_RUN_LIMIT when what it caused is still to be seen. */
static enum sim_run_end run_step(struct script_runtime *runtime, sim_time until, uint64_t fired_max)
{
    struct world *world = runtime->world;
    sim_time before = world->run.now;
    uint64_t fired_before = world->run.fired_count;
    uint64_t step = MIN(fired_max - fired_before, step_of(runtime));
    enum sim_run_end end = world_run(world, until, fired_before + step);
    bool has_passed = world->run.now > before;

    runtime->stuck = has_passed ? 0 : runtime->stuck + world->run.fired_count - fired_before;
    if (script_watch_is_needed(runtime) && runtime->error == NULL && script_watch_look(runtime)) {
        end = SIM_RUN_LIMIT;
    }
    return end;
}

/* In steps, so as to see whether time passes. */
bool script_runtime_run(script_runtime *runtime, sim_time until, uint64_t fired_max, GError **error)
{
    locale_t locale = uselocale(runtime->locale);
    const struct world *world = runtime->world;
    enum sim_run_end end = SIM_RUN_LIMIT;

    runtime->paused = NULL;
    while (end == SIM_RUN_LIMIT && runtime->error == NULL && runtime->paused == NULL &&
           world->run.fired_count < fired_max) {
        end = run_step(runtime, until, fired_max);
        check_step(runtime);
    }
    return leave(runtime, locale, error);
}

const char *script_runtime_paused(const script_runtime *runtime)
{
    return runtime->paused;
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
