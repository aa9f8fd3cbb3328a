/* A list in the order of making, whose end is known, so that what is added while it is walked is
 * met at the end of the walk. */
/* SPDX-License-Identifier: MIT */
#include "lua/watch.h"

#include <lauxlib.h>

#include "lua/bind.h"
#include "lua/call.h"
#include "lua/process.h"
#include "lua/state.h"

/* So often processes may make each other go on at one instant. */
#define RESUMED_MAX 1000000

bool script_watch_is_needed(const struct script_runtime *runtime)
{
    return runtime->watches != NULL;
}

void script_watch_add(struct script_watch *watch)
{
    struct script_runtime *runtime = watch->runtime;

    SIM_ASSERT(watch->next == NULL);
    if (runtime->watches == NULL) {
        runtime->watches_end = &runtime->watches;
        sim_run_stop(
            &runtime->world->run); /* after the event under way: see script_runtime_run() */
    }
    SIM_ASSERT(*runtime->watches_end == NULL);
    *runtime->watches_end = watch;
    runtime->watches_end = &watch->next;
}

/* Takes the watch that *link points to out of the list. */
static void take_out(struct script_runtime *runtime, struct script_watch **link)
{
    struct script_watch *watch = *link;

    *link = watch->next;
    if (watch->next == NULL) {
        SIM_ASSERT(runtime->watches_end == &watch->next);
        runtime->watches_end = link;
    }
    watch->next = NULL;
}

/* ---- one look at one of them: whether it stays in the list ---- */

/* Leaves the condition's two results on the stack. False: it failed, and left nothing. */
static bool call_condition(const struct script_watch *watch)
{
    lua_State *lua = watch->runtime->lua;

    lua_rawgeti(lua, LUA_REGISTRYINDEX, watch->callback->function);
    return script_call_protected(watch->runtime, watch->callback->place, 0, 2);
}

/* Whether the condition is true now; a mistake in it ends the run. */
static bool is_true(const struct script_watch *watch)
{
    lua_State *lua = watch->runtime->lua;

    if (!call_condition(watch)) {
        return false;
    }
    bool result = lua_toboolean(lua, -2) != 0;
    lua_pop(lua, 2);
    return result;
}

static bool look_always(struct script_watch *watch)
{
    struct script_runtime *runtime = watch->runtime;
    sim_time now = runtime->world->run.now;

    if (now > watch->until) {
        return false;
    }
    if (!call_condition(watch)) {
        return false;
    }
    bool holds = lua_toboolean(runtime->lua, -2) != 0;
    if (holds) {
        world_check_pass(watch->check);
    } else {
        script_call_fail_check(runtime, watch->check, "it did not hold");
    }
    lua_pop(runtime->lua, 2);
    return holds;
}

static bool look_eventually(struct script_watch *watch)
{
    sim_time now = watch->runtime->world->run.now;

    if (now <= watch->until) {
        if (!is_true(watch)) {
            return true;
        }
        world_check_pass(watch->check);
        return false;
    }
    world_check_fail(
        watch->check,
        watch->until,
        "it had not come true by %.9g s",
        (double)watch->until / (double)SIM_SECOND);
    return false;
}

static bool look_pause(struct script_watch *watch)
{
    bool result = is_true(watch);

    if (result && !watch->was_true) {
        watch->runtime->paused = watch->label;
    }
    watch->was_true = result;
    return true;
}

static bool look_at(struct script_watch *watch)
{
    switch (watch->kind) {
    case SCRIPT_WATCH_WAIT:
        return !script_process_is_ready(watch->process);
    case SCRIPT_WATCH_ALWAYS:
        return look_always(watch);
    case SCRIPT_WATCH_EVENTUALLY:
        return look_eventually(watch);
    case SCRIPT_WATCH_PAUSE:
        return look_pause(watch);
    }
    SIM_ASSERT(false);
    return false;
}

/* ---- all of them ---- */

/* Walks the list once, with what is added meanwhile. Returns how many processes went on: at most
 * `most`. */
static uint32_t look_once(struct script_runtime *runtime, uint32_t most)
{
    struct script_watch **link = &runtime->watches;
    uint32_t resumed = 0;

    while (*link != NULL && runtime->error == NULL && resumed < most) {
        struct script_watch *watch = *link;
        if (look_at(watch)) {
            link = &watch->next;
            continue;
        }
        if (runtime->error != NULL) {
            break;
        }
        take_out(runtime, link);
        if (watch->kind == SCRIPT_WATCH_WAIT) {
            script_process_go_on(watch->process);
            resumed++;
        }
    }
    return resumed;
}

bool script_watch_look(struct script_runtime *runtime)
{
    uint32_t total = 0;
    uint32_t resumed;

    SIM_ASSERT(runtime->process == NULL);
    do {
        resumed = look_once(runtime, RESUMED_MAX - total);
        total += resumed;
    } while (resumed > 0 && total < RESUMED_MAX);
    runtime->stuck += total;
    return total > 0;
}

/* ---- making them ---- */

static void activate(void *context, uint64_t payload)
{
    SIM_ASSERT(payload == 0);
    script_watch_add(context);
}

/* An event at which nothing happens: but what is watched is looked at. */
static void tick(void *context, uint64_t payload)
{
    SIM_ASSERT(context != NULL && payload == 0);
}

static void schedule(struct script_watch *watch, sim_time time, sim_fire_fn *fire)
{
    struct sim_event event = {
        .time = time,
        .fire = fire,
        .context = watch,
        .class = SIM_CLASS_SCRIPT,
    };

    (void)sim_fel_insert(watch->runtime->world->run.fel, &event);
}

static struct script_watch *create(lua_State *lua, enum script_watch_kind kind, const char *place)
{
    struct script_runtime *runtime = script_state_of(lua);
    struct script_watch *watch = g_new0(struct script_watch, 1);

    watch->runtime = runtime;
    watch->kind = kind;
    watch->until = SIM_NEVER;
    g_ptr_array_add(runtime->contexts, watch);
    watch->callback = script_call_create(lua, 1, place);
    return watch;
}

/* One that is still waited for at the end has not come true. */
static void end_eventually(struct world_check *check, struct world *world)
{
    if (check->evaluated == 0) {
        world_check_fail(check, world->run.now, "it had not come true by the end");
    }
}

/* core.always(function, from, until), core.eventually(function, from, until) */
static int make_check(lua_State *lua, enum script_watch_kind kind, const char *place)
{
    luaL_checktype(lua, 1, LUA_TFUNCTION);
    sim_time from = luaL_checkinteger(lua, 2);
    sim_time until = luaL_optinteger(lua, 3, SIM_NEVER);
    struct world *world = script_bind_world_to_build(lua);
    struct script_watch *watch = create(lua, kind, place);

    watch->check = world_check_create(world);
    watch->until = until;
    if (kind == SCRIPT_WATCH_EVENTUALLY) {
        watch->check->at_end = end_eventually;
    }
    schedule(watch, from, activate);
    if (until < SIM_NEVER - 1) {
        schedule(watch, kind == SCRIPT_WATCH_ALWAYS ? until : until + 1, tick);
    }
    return script_bind_push(lua, SCRIPT_CHECK, watch->check);
}

static int watch_always(lua_State *lua)
{
    return make_check(lua, SCRIPT_WATCH_ALWAYS, "a condition of tb.always");
}

static int watch_eventually(lua_State *lua)
{
    return make_check(lua, SCRIPT_WATCH_EVENTUALLY, "a condition of tb.eventually");
}

/* core.pause_when(function, label): nothing, where nobody can pause */
static int watch_pause_when(lua_State *lua)
{
    const char *label = luaL_checkstring(lua, 2);

    luaL_checktype(lua, 1, LUA_TFUNCTION);
    (void)script_bind_world_to_build(lua);
    if (script_state_of(lua)->options.pauses) {
        struct script_watch *watch =
            create(lua, SCRIPT_WATCH_PAUSE, "a condition of tb.pause_when");
        watch->label = g_string_chunk_insert(watch->runtime->strings, label);
        schedule(watch, 0, activate);
    }
    return 0;
}

void script_watch_bind(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"always", watch_always},
        {"eventually", watch_eventually},
        {"pause_when", watch_pause_when},
        {NULL, NULL},
    };

    luaL_setfuncs(lua, functions, 0);
}
