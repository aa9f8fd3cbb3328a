/* lua/watch.h - conditions in Lua that are looked at after every event.
 *
 * Processes wait for them (tb.wait_until), checks hold them to be true (tb.always, tb.eventually),
 * and a viewer stops at them (tb.pause_when). While there is none, events cost nothing more; while
 * there are some, each costs each of them a call. They are looked at in the order in which they
 * were made, and again when a process went on because of one. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_WATCH_H
#define LUA_WATCH_H

#include <stdbool.h>

#include <lua.h>

#include "sim/base.h"

struct script_runtime;
struct script_process;
struct world_check;

enum script_watch_kind {
    SCRIPT_WATCH_WAIT,       /* a process goes on when it is true */
    SCRIPT_WATCH_ALWAYS,     /* a check that fails when it is not */
    SCRIPT_WATCH_EVENTUALLY, /* a check that holds as soon as it is */
    SCRIPT_WATCH_PAUSE,      /* the run pauses when it becomes true */
};

/* Kept by whoever makes it, until it is gone from the list. */
struct script_watch {
    struct script_watch *next;
    struct script_runtime *runtime;
    enum script_watch_kind kind;
    sim_time from; /* looked at from here */
    sim_time until;
    struct script_callback *callback; /* the condition; NULL for WAIT */
    struct script_process *process;   /* of WAIT: its condition is on top of its stack */
    struct world_check *check;        /* of ALWAYS and EVENTUALLY */
    const char *label;                /* of PAUSE */
    bool was_true;                    /* of PAUSE */
};

/* Adds to the core table on top of the stack:
 *   always(function, from, until)       a check; times in ns, until may be nil
 *   eventually(function, from, until)   a check
 *   pause_when(function, label)         */
void script_watch_bind(lua_State *lua);

/* Looks at this one after the event under way and after every one that follows. */
void script_watch_add(struct script_watch *watch);

/* Whether an event must be followed by script_watch_look(). */
bool script_watch_is_needed(const struct script_runtime *runtime);

/* Looks at all of them: returns whether a process went on. */
bool script_watch_look(struct script_runtime *runtime);

#endif
