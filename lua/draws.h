/* lua/draws.h - the streams that a scenario's own code draws from, each named by its use.
 *
 * What a node's description draws (intervals, keys, service times) has a stream of that node and
 * field. What Lua code draws has one for each place that it is called for: the handler of a node,
 * an action by its label, the loading of the file. So adding a node, with all that its handler
 * draws, changes no draw of another's, even if both draw from one distribution. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_DRAWS_H
#define LUA_DRAWS_H

#include <stdint.h>

#include <glib.h>
#include <lua.h>

#include "sim/random.h"
#include "sim/registry.h"

#define SCRIPT_DRAWS_MAX 10000 /* uses, in one scenario */

/* One use of a distribution, or of math.random. */
struct script_use {
    struct script_use *next; /* that was drawn from less recently */
    struct sim_stream stream;
    char name[]; /* the place, or what the author calls this use */
};

/* All of a runtime. */
struct script_draws {
    GHashTable *counts; /* of the uses of one kind in one place; looked up, never listed */
    GPtrArray *uses;    /* owned */
};

void script_draws_init(struct script_draws *draws);
void script_draws_finish(struct script_draws *draws);

/* The use of this name in the list that begins at *first, which becomes its first; NULL when there
 * is none. As long as one place draws, at the cost of a comparison. */
struct script_use *script_draws_find(struct script_use **first, const char *name);

/* The use by the place that Lua is called for now, added unless there is one: the next of this kind
 * there, of the stream "lua/PLACE/KIND/1". Raises when there are too many, and without a world. */
struct script_use *script_draws_here(lua_State *lua, struct script_use **first, const char *kind);

/* Raises when there is no room for another use. */
void script_draws_check_room(lua_State *lua);

/* Adds a use that its author has named, of the stream "lua/use/NAME". There must be room. NULL when
 * there is one of this name, in any list. */
struct script_use *script_draws_add_named(
    struct script_draws *draws,
    sim_registry *registry,
    struct script_use **first,
    const char *name);

#endif
