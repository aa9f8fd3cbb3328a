/* lua/process.h - Lua functions that live in virtual time: they sleep, and wake, and end.
 *
 * A process is a coroutine that the world resumes. What a scenario does at a time (tb.at) is a
 * process that begins then. All their events are of the script class: before the world's own at the
 * same instant. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_PROCESS_H
#define LUA_PROCESS_H

#include <lua.h>

/* Adds to the core table on top of the stack:
 *   process(function, time, label, place)   begins at that time (ns); a label, if not nil, is noted
 *                                           then; the place, if not nil, is for messages
 *   sleep(seconds)                  pauses the process that calls it
 *   now()                           virtual time in seconds
 *   now_ns() */
void script_process_bind(lua_State *lua);

#endif
