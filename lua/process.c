/* A process that has ended leaves its thread to the next one, so that short processes cost neither
 * an allocation nor a collection. */
/* SPDX-License-Identifier: MIT */
#include "lua/process.h"

#include <lauxlib.h>
#include <math.h>

#include "lua/call.h"
#include "lua/fail.h"
#include "lua/state.h"
#include "lua/watch.h"
#include "world/incident.h"

#define SECONDS_MAX 9e9 /* what fits into ns */

struct script_process {
    struct script_runtime *runtime;
    struct script_process *next_free;
    lua_State *thread; /* anchored in the registry */
    sim_time wakes;    /* SIM_NEVER: it has not called sleep */
    const char *place; /* for messages */
    bool is_waiting;   /* for the condition on top of its stack */
    bool has_paused;   /* since it began */
    struct script_watch watch;
};

static void resume(struct script_process *process);

static void fire(void *context, uint64_t payload)
{
    SIM_ASSERT(payload == 0);
    resume(context);
}

static void begin(void *context)
{
    resume(context);
}

static void schedule(struct script_process *process, sim_time time)
{
    struct sim_event event = {
        .time = time,
        .fire = fire,
        .context = process,
        .class = SIM_CLASS_SCRIPT,
    };

    (void)sim_fel_insert(process->runtime->world->run.fel, &event);
}

static void release(struct script_process *process)
{
    lua_settop(process->thread, 0);
    process->has_paused = false;
    process->next_free = process->runtime->process_free;
    process->runtime->process_free = process;
}

static void resume(struct script_process *process)
{
    struct script_runtime *runtime = process->runtime;
    int results = 0;

    if (runtime->error != NULL) {
        return;
    }
    SIM_ASSERT(runtime->process == NULL);
    if (process->has_paused) { /* how an action begins is not traced: it may come by hand */
        world_trace_script(runtime->world, 0);
    }
    runtime->process = process;
    runtime->place = process->place;
    process->wakes = SIM_NEVER;
    lua_State *before = script_limits_enter(&runtime->limits, process->thread);
    int status = lua_resume(process->thread, runtime->lua, 0, &results);
    script_limits_leave(&runtime->limits, before);
    runtime->process = NULL;
    runtime->place = NULL;
    process->has_paused = status == LUA_YIELD;

    if (status == LUA_YIELD && process->wakes != SIM_NEVER) {
        lua_pop(process->thread, results);
        schedule(process, process->wakes);
    } else if (status == LUA_YIELD && process->is_waiting) {
        SIM_ASSERT(results == 1);
        script_watch_add(&process->watch);
    } else if (status == LUA_OK) {
        release(process);
    } else {
        if (status == LUA_YIELD) {
            lua_pushstring(process->thread, "a process pauses with tb.sleep, not coroutine.yield");
        }
        script_call_failed(runtime, process->thread, process->place);
    }
}

/* One whose thread is free, made if there is none. */
static struct script_process *take(lua_State *lua)
{
    struct script_runtime *runtime = script_state_of(lua);
    struct script_process *process = runtime->process_free;

    if (process != NULL) {
        runtime->process_free = process->next_free;
        return process;
    }
    lua_State *thread = lua_newthread(lua);
    (void)luaL_ref(lua, LUA_REGISTRYINDEX);
    process = g_new0(struct script_process, 1);
    process->runtime = runtime;
    process->thread = thread;
    process->watch = (struct script_watch){
        .runtime = runtime,
        .kind = SCRIPT_WATCH_WAIT,
        .process = process,
    };
    g_ptr_array_add(runtime->contexts, process);
    return process;
}

/* How messages call it: by its label, if it has one. */
static const char *place_of(struct script_runtime *runtime, const char *label, const char *place)
{
    if (label == NULL) {
        return g_string_chunk_insert_const(runtime->strings, place);
    }
    g_autofree char *quoted = g_strdup_printf("\"%s\"", label);
    return g_string_chunk_insert_const(runtime->strings, quoted);
}

/* core.process(function, time, label, place) */
static int process_process(lua_State *lua)
{
    struct script_runtime *runtime = script_state_of(lua);

    luaL_checktype(lua, 1, LUA_TFUNCTION);
    sim_time time = luaL_checkinteger(lua, 2);
    const char *label = luaL_optstring(lua, 3, NULL);
    if (time < runtime->world->run.now) {
        return script_fail(
            lua,
            "this time has passed: it is %.9g s now",
            (double)runtime->world->run.now / (double)SIM_SECOND);
    }
    struct script_process *process = take(lua);
    process->place = place_of(runtime, label, luaL_optstring(lua, 4, "a process"));
    lua_pushvalue(lua, 1);
    lua_xmove(lua, process->thread, 1);
    if (label != NULL) {
        world_incident_plan(runtime->world, time, label, begin, process);
    } else {
        schedule(process, time);
    }
    return 0;
}

/* Whether the process may pause here, where `name` was called; raises when it may not. */
static void check_may_pause(lua_State *lua, const struct script_process *process, const char *name)
{
    if (process == NULL || process->thread != lua) {
        (void)script_fail(lua, "%s pauses a process: call it in tb.process or tb.at", name);
    }
    if (lua_isyieldable(lua) == 0) {
        (void)script_fail(
            lua, "%s cannot pause in the middle of a condition, a sort or a replacement", name);
    }
}

/* core.sleep(seconds), and what core.sleeper() returns: then upvalue 1 makes seconds of what is no
 * number. */
static int process_sleep(lua_State *lua)
{
    struct script_runtime *runtime = script_state_of(lua);
    struct script_process *process = runtime->process;

    if (lua_type(lua, 1) != LUA_TNUMBER && lua_isfunction(lua, lua_upvalueindex(1))) {
        lua_settop(lua, 1);
        lua_pushvalue(lua, lua_upvalueindex(1));
        lua_insert(lua, 1);
        lua_call(lua, 1, 1);
    }
    double seconds = luaL_checknumber(lua, 1);
    check_may_pause(lua, process, "tb.sleep");
    if (!(seconds >= 0 && seconds <= SECONDS_MAX)) {
        return script_fail(
            lua,
            "tb.sleep: expected a duration of at least 0, got %s",
            lua_pushfstring(lua, isnan(seconds) ? "nan" : "%f", seconds));
    }
    sim_time delay = llrint(seconds * (double)SIM_SECOND);
    sim_time now = runtime->world->run.now;
    process->wakes = delay < SIM_NEVER - 1 - now ? now + delay : SIM_NEVER - 1;
    return lua_yield(lua, 0);
}

/* core.sleeper(read) */
static int process_sleeper(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TFUNCTION);
    lua_settop(lua, 1);
    lua_pushcclosure(lua, process_sleep, 1);
    return 1;
}

/* core.wait(condition) */
static int process_wait(lua_State *lua)
{
    struct script_process *process = script_state_of(lua)->process;

    if (!lua_isfunction(lua, 1)) {
        return script_fail(
            lua,
            "tb.wait_until: condition: expected a function, such as function() return ... end, "
            "got a %s",
            luaL_typename(lua, 1));
    }
    check_may_pause(lua, process, "tb.wait_until");
    lua_settop(lua, 1);
    lua_pushvalue(lua, 1);
    lua_call(lua, 0, 1);
    if (lua_toboolean(lua, -1) != 0) {
        return 0;
    }
    lua_settop(lua, 1);
    process->is_waiting = true;
    return lua_yield(lua, 1);
}

/* Leaves the condition where it is. */
bool script_process_is_ready(struct script_process *process)
{
    struct script_runtime *runtime = process->runtime;

    SIM_ASSERT(process->is_waiting && lua_isfunction(process->thread, -1));
    lua_pushvalue(process->thread, -1);
    lua_xmove(process->thread, runtime->lua, 1);
    if (!script_call_protected(runtime, "a condition of tb.wait_until", 0, 1)) {
        return false;
    }
    bool is_ready = lua_toboolean(runtime->lua, -1) != 0;
    lua_pop(runtime->lua, 1);
    return is_ready;
}

void script_process_go_on(struct script_process *process)
{
    SIM_ASSERT(process->is_waiting);
    process->is_waiting = false;
    lua_pop(process->thread, 1);
    resume(process);
}

static int process_now(lua_State *lua)
{
    const struct world *world = script_state_of(lua)->world;

    lua_pushnumber(lua, world != NULL ? (double)world->run.now / (double)SIM_SECOND : 0);
    return 1;
}

static int process_now_ns(lua_State *lua)
{
    const struct world *world = script_state_of(lua)->world;

    lua_pushinteger(lua, world != NULL ? world->run.now : 0);
    return 1;
}

void script_process_bind(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"process", process_process},
        {"sleep", process_sleep},
        {"sleeper", process_sleeper},
        {"wait", process_wait},
        {"now", process_now},
        {"now_ns", process_now_ns},
        {NULL, NULL},
    };

    luaL_setfuncs(lua, functions, 0);
}
