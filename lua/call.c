/* lua_pcall unwinds the stack before it returns, so the author's lines are gathered by a message
 * handler, which stands at place 1 of the main thread's stack for as long as the runtime lives. */
/* SPDX-License-Identifier: MIT */
#include "lua/call.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "lua/fail.h"
#include "lua/view.h"

#define MESSAGE_HANDLER 1 /* place on the main thread's stack */
#define WHERE_SIZE      512

static int keep_error(lua_State *lua)
{
    struct script_runtime *runtime = script_state_of(lua);

    script_call_failed(runtime, lua, runtime->place);
    return 1;
}

void script_call_prepare(lua_State *lua)
{
    SIM_ASSERT(lua_gettop(lua) == MESSAGE_HANDLER - 1);
    lua_pushcfunction(lua, keep_error);
}

/* Where the function on top of the stack begins. Pops it. */
static const char *where_defined(lua_State *lua)
{
    struct script_runtime *runtime = script_state_of(lua);
    lua_Debug function;
    char where[WHERE_SIZE];

    lua_getinfo(lua, ">S", &function);
    (void)snprintf(where, sizeof(where), "%s:%d", function.source + 1, function.linedefined);
    return g_string_chunk_insert(runtime->strings, where);
}

struct script_callback *script_call_create(lua_State *lua, int index, const char *place)
{
    struct script_runtime *runtime = script_state_of(lua);

    lua_pushvalue(lua, index);
    int function = luaL_ref(lua, LUA_REGISTRYINDEX);

    struct script_callback *callback = g_new0(struct script_callback, 1);
    callback->runtime = runtime;
    callback->function = function;
    callback->place = g_string_chunk_insert(runtime->strings, place);
    lua_pushvalue(lua, index);
    callback->where = where_defined(lua);
    g_ptr_array_add(runtime->contexts, callback);
    return callback;
}

void script_call_failed(struct script_runtime *runtime, lua_State *thread, const char *place)
{
    if (runtime->error != NULL) {
        return;
    }
    g_autofree char *message = script_fail_message(thread);
    g_autoptr(GString) text = g_string_new(message);
    double now = (double)runtime->world->run.now / (double)SIM_SECOND;

    g_string_append_printf(text, "\n  at %.9g s, in %s", now, place);
    script_fail_trace(thread, text);
    g_set_error_literal(&runtime->error, SCRIPT_ERROR, SCRIPT_ERROR_RUN, text->str);
    world_stop(runtime->world);
}

bool script_call_protected(
    struct script_runtime *runtime, const char *place, int argument_count, int result_count)
{
    SIM_ASSERT(runtime->error == NULL);

    const char *place_before = runtime->place;
    runtime->place = place;
    lua_State *before = script_limits_enter(&runtime->limits, runtime->lua);
    int status = lua_pcall(runtime->lua, argument_count, result_count, MESSAGE_HANDLER);
    script_limits_leave(&runtime->limits, before);
    runtime->place = place_before;
    if (status != LUA_OK) {
        /* The message handler has kept the error, unless there was no memory even for that. */
        script_call_failed(runtime, runtime->lua, place);
        lua_pop(runtime->lua, 1);
        return false;
    }
    return true;
}

/* The verdict on top of the stack. */
static enum world_verdict read_verdict(const struct script_callback *callback)
{
    struct script_runtime *runtime = callback->runtime;
    lua_State *lua = runtime->lua;

    if (lua_isnil(lua, -1)) {
        return WORLD_ACK;
    }
    const char *verdict = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "";
    if (strcmp(verdict, "nack") == 0) {
        return WORLD_NACK;
    }
    if (strcmp(verdict, "ack") != 0) {
        lua_pushfstring(
            lua,
            "%s: on_message must return tb.ack, tb.nack or nothing, not a %s",
            callback->where,
            luaL_typename(lua, -1));
        script_call_failed(runtime, lua, callback->place);
        lua_pop(lua, 1);
    }
    return WORLD_ACK;
}

enum world_verdict script_call_handler(void *context, const struct model_message *message)
{
    const struct script_callback *callback = context;
    struct script_runtime *runtime = callback->runtime;

    if (runtime->error != NULL) {
        return WORLD_ACK;
    }
    lua_rawgeti(runtime->lua, LUA_REGISTRYINDEX, callback->function);
    struct script_view *view = script_view_push(runtime, message);
    bool is_done = script_call_protected(runtime, callback->place, 1, 1);
    script_view_end(view);
    if (!is_done) {
        return WORLD_ACK;
    }
    enum world_verdict verdict = read_verdict(callback);
    lua_pop(runtime->lua, 1);
    return verdict;
}

void script_call_fail_check(
    struct script_runtime *runtime, struct world_check *check, const char *otherwise)
{
    g_autofree char *reason = NULL;

    if (lua_type(runtime->lua, -1) == LUA_TSTRING) {
        reason = script_fail_message(runtime->lua);
    }
    world_check_fail(check, runtime->world->run.now, "%s", reason != NULL ? reason : otherwise);
}

void script_call_question(struct world_check *check, struct world *world)
{
    const struct script_callback *callback = check->context;
    struct script_runtime *runtime = callback->runtime;

    if (runtime->error != NULL) {
        return;
    }
    lua_rawgeti(runtime->lua, LUA_REGISTRYINDEX, callback->function);
    if (!script_call_protected(runtime, callback->place, 0, 2)) {
        return;
    }
    if (lua_toboolean(runtime->lua, -2) != 0) {
        world_check_pass(check);
    } else {
        SIM_ASSERT(world == runtime->world);
        script_call_fail_check(runtime, check, "it did not hold at the end");
    }
    lua_pop(runtime->lua, 2);
}
