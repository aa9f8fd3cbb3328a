/* lua/state.h - the inside of a script_runtime: what the files of lua/ share, and nobody else
 * reads.
 *
 * One lua_State, one world. Whatever Lua code names in the world it names by a number: its place
 * among `objects`, so that no pointer is ever in a scenario's hands. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_STATE_H
#define LUA_STATE_H

#include <locale.h>
#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <lua.h>

#include "lua/draws.h"
#include "lua/limits.h"
#include "lua/runtime.h"
#include "world/world.h"

enum script_object_kind {
    SCRIPT_DATACENTER,
    SCRIPT_PRODUCER,
    SCRIPT_BROKER,
    SCRIPT_CONSUMER,
    SCRIPT_LEDGER,
    SCRIPT_OPERATOR,
    SCRIPT_CHECK,
};

struct script_object {
    enum script_object_kind kind;
    void *pointer; /* owned by the world */
};

struct script_process;
struct script_watch;
struct script_lesson_lists;

struct script_runtime {
    lua_State *lua;
    struct script_limits limits;
    struct script_options options;
    char *path;   /* of the scenario's file */
    char *folder; /* that it stands in */
    char *library;
    struct world *world; /* NULL until the scenario has said its seed */
    struct script_scenario scenario;
    GArray *params;             /* of struct script_param, with strings in `strings` */
    GStringChunk *strings;      /* whatever must live as long as the runtime */
    GArray *objects;            /* of struct script_object */
    GPtrArray *contexts;        /* what the world's callbacks were given: freed with the runtime */
    GPtrArray *recording_files; /* lua/recording.c: opened so far; NULL: none */
    GPtrArray *recording_readers;        /* and who reads them */
    GPtrArray *tables;                   /* of sim_discrete, owned: distributions borrow them */
    uint64_t table_values;               /* in all of them */
    uint32_t record_count;               /* measures of the scenario's own */
    struct script_draws draws;           /* lua/draws.h: the streams that scripts draw from */
    const char *place;                   /* what Lua is called for; NULL: to load the file */
    struct script_process *process;      /* the one that runs; or NULL */
    struct script_process *process_free; /* those that have ended */
    struct script_watch *watches;        /* lua/watch.h: what is looked at after every event */
    struct script_watch **watches_end;   /* where the next one goes */
    const char *paused;                  /* why the run has paused; or NULL */
    struct script_lesson_lists *lesson;  /* lua/lesson.h */
    struct script_use *random;           /* behind math.random */
    char *latency;                       /* the measure's name; or NULL */
    locale_t locale;                     /* "C", whatever the process has */
    uint64_t printed;                    /* bytes */
    int views;                           /* reference to the list of message views */
    int view_names; /* reference to the table from the names of their fields to numbers */
    uint32_t view_next;
    uint32_t attribute_count; /* named so far */
    uint64_t stuck; /* events since time last passed, as far as script_runtime_run() has seen */
    bool loaded;    /* the file has been run: nothing more may be built or read */
    GPtrArray *mistakes; /* char *: what is wrong with the file, as far as it has been loaded */
    GError *error;       /* the first mistake of the run; or NULL */
};

/* The runtime that a Lua thread belongs to. */
static inline struct script_runtime *script_state_of(lua_State *lua)
{
    return *(struct script_runtime **)lua_getextraspace(lua);
}

#endif
