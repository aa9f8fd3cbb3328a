/* lua/limits.h - what a scenario may use: memory, and time in one call.
 *
 * Nothing is counted per instruction, which would cost 2.2 times. Instead the allocator watches the
 * bytes, and a timer that ticks in CPU time watches the call under way; when one is beyond its
 * limit, they arm a hook that raises an error at the next instruction, and at every one after, so
 * that no pcall swallows it. An allocation that would go far beyond the limit before the hook can
 * act ends the process with one line and status 2: to refuse it would send Lua through an emergency
 * collection, which is not safe in 5.4.4. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_LIMITS_H
#define LUA_LIMITS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <glib.h>
#include <lua.h>

#include "sim/base.h"

/* Which limit was passed. */
enum script_excess {
    SCRIPT_EXCESS_NONE,
    SCRIPT_EXCESS_TIME,
    SCRIPT_EXCESS_MEMORY,
};

struct script_limits {
    uint64_t memory_used;
    uint64_t memory_peak;
    uint32_t ticks_max;          /* that one call may last */
    uint64_t memory_max;         /* 0: none */
    uint64_t memory_rescues;     /* collections that brought it back below the limit */
    lua_State *volatile running; /* the thread that runs; NULL: none */
    volatile uint64_t calls;     /* begun so far: tells the timer that a call is a new one */
    uint64_t ticks_call;         /* the call that the timer saw last */
    uint32_t ticks;              /* for how long it has been seeing it */
    volatile enum script_excess excess;
    timer_t timer;
    bool has_timer;
};

/* No limit of memory when memory_max is 0; call_ms_max is rounded up to tenths of seconds. */
void script_limits_init(struct script_limits *limits, uint64_t memory_max, uint32_t call_ms_max);

/* Starts the timer, in this process only: a fork has to start its own. Needs the system calls
 * timer_create, timer_settime, timer_delete and rt_sigaction, and uses SIGVTALRM. */
SIM_MUST_USE bool script_limits_start(struct script_limits *limits, GError **error);
void script_limits_stop(struct script_limits *limits);

/* In a fork: what the copy says of a timer is not true here. */
void script_limits_forked(struct script_limits *limits);

/* For lua_newstate(), with the limits as its context. */
void *script_limits_allocate(void *context, void *block, size_t old_size, size_t new_size);

/* Around every entry into Lua, and into another thread of it: `thread` runs from now on. enter()
 * returns what leave() is given. The time of a call begins at the outermost entry. */
lua_State *script_limits_enter(struct script_limits *limits, lua_State *thread);
void script_limits_leave(struct script_limits *limits, lua_State *before);

/* A limit was passed: raises the error that says so, now and at every instruction after. For C
 * functions that run Lua code in another thread, whose error the caller might swallow. */
int script_limits_fail(lua_State *lua, const struct script_limits *limits);

#endif
