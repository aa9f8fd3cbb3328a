/* lua/call.h - calls from the world into Lua while it runs: handlers, and questions at the end.
 *
 * The world's callbacks cannot fail, so a mistake in Lua stops the run: the first one is kept, with
 * the virtual time, the place and the lines of the author's own functions, and no Lua is called
 * after it. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_CALL_H
#define LUA_CALL_H

#include <lua.h>

#include "lua/state.h"
#include "world/check.h"
#include "world/consumer.h"

/* A Lua function that the world calls; freed with the runtime. */
struct script_callback {
    struct script_runtime *runtime;
    const char *place; /* "on_message of beijing/billing": for messages */
    const char *where; /* "file:line" of the function */
    int function;      /* reference */
};

/* Puts the message handler in its place, the first of the empty stack of the main thread. */
void script_call_prepare(lua_State *lua);

/* Takes the function at `index`. */
struct script_callback *script_call_create(lua_State *lua, int index, const char *place);

/* Calls the callback that `context` is with a view of the message: a world_handler_fn. */
enum world_verdict script_call_handler(void *context, const struct model_message *message);

/* Calls the callback, which is the check's context, at the end of the run: a true holds, a false or
 * nil does not, and a second value says why. For world_check.at_end. */
void script_call_question(struct world_check *check, struct world *world);

/* Fails the check now, for the reason on top of the main thread's stack if that is a text, else for
 * `otherwise`. */
void script_call_fail_check(
    struct script_runtime *runtime, struct world_check *check, const char *otherwise);

/* Calls what lies on the stack: a function and its arguments. On an error returns false, keeps the
 * message, and stops the world; nothing is left on the stack then. */
SIM_MUST_USE bool script_call_protected(
    struct script_runtime *runtime, const char *place, int argument_count, int result_count);

/* Keeps the error whose message is on top of `thread`'s stack, unless there is one already, and
 * stops the world. */
void script_call_failed(struct script_runtime *runtime, lua_State *thread, const char *place);

#endif
