/* lua/process.h - Lua functions that live in virtual time: they sleep, and wake, and end.
 *
 * A process is a coroutine that the world resumes. What a scenario does at a time (tb.at) is a
 * process that begins then. All their events are of the script class: before the world's own at the
 * same instant. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_PROCESS_H
#define LUA_PROCESS_H

#include <stdbool.h>

#include <lua.h>

#include "sim/base.h"

struct script_process;

/* Adds to the core table on top of the stack:
 *   process(function, time, label, place)   begins at that time (ns); a label, if not nil, is noted
 *                                           then; the place, if not nil, is for messages
 *   sleep(seconds)                  pauses the process that calls it
 *   sleeper(read)                   such a function that also takes what read(value) makes seconds
 * of wait(condition)                 pauses it until the condition, a function, is true now()
 * virtual time in seconds now_ns() */
void script_process_bind(lua_State *lua);

/* For lua/watch: whether the condition that the process waits for is true; a mistake in it ends the
 * run. And: lets it go on. */
bool script_process_is_ready(struct script_process *process);
void script_process_go_on(struct script_process *process);

#endif
