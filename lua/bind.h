/* lua/bind.h - the core: what the Lua library can do to the world, one function each.
 *
 * Only the library's own modules are given the core table; they have checked what a user wrote, and
 * turned durations into ns and names into numbers, so that a wrong argument here is a mistake of
 * the library. Things in the world go by numbers (lua/state.h). */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_BIND_H
#define LUA_BIND_H

#include <lua.h>

#include "lua/state.h"
#include "world/node.h"
#include "world/source.h"

/* ---- each adds its functions to the core table on top of the stack ---- */

/* bind_world.c: the world, its data centres and its links. */
void script_bind_world(lua_State *lua);

/* bind_dist.c: distributions. */
void script_bind_dist(lua_State *lua);

/* bind_group.c: the groups of a queue. */
void script_bind_group(lua_State *lua);

/* bind_arrivals.c: arrival processes. */
void script_bind_arrivals(lua_State *lua);

/* bind_model.c: what the models can do. */
void script_bind_model(lua_State *lua);

/* bind_node.c: producers, queues, consumers, ledgers. */
void script_bind_node(lua_State *lua);

/* bind_fault.c: faults. */
void script_bind_fault(lua_State *lua);

/* bind_operator.c: routers, limiters, caches and all the others. */
void script_bind_operator(lua_State *lua);

/* bind_ticket.c: work orders. */
void script_bind_ticket(lua_State *lua);

/* bind_measure.c: measures, checks. */
void script_bind_measure(lua_State *lua);

/* bind_record.c: measures of the scenario's own. */
void script_bind_record(lua_State *lua);

/* bind_scenario.c: the scenario's title, parameters and output, and the place of a mistake. */
void script_bind_scenario(lua_State *lua);

/* ---- what they share ---- */

/* Hands one line to whoever shows what the scenario prints, with the virtual time in front. */
void script_bind_print(struct script_runtime *runtime, const char *line);

/* Enters a thing in the world, and pushes its number. Raises when there are too many. */
int script_bind_push(lua_State *lua, enum script_object_kind kind, void *pointer);

/* What the number at `index` names, which must be of this kind. */
void *script_bind_object(lua_State *lua, int index, enum script_object_kind kind);

/* The node that the number at `index` names, of any kind that is one; raises when it is none. */
struct world_node *script_bind_node_at(lua_State *lua, int index);

/* The world, which must exist. */
struct world *script_bind_world_of(lua_State *lua);

/* The same for what can only be done while the scenario loads: raises when it has been loaded. */
struct world *script_bind_world_to_build(lua_State *lua);

/* A distribution: the userdata at `index`. */
const struct sim_dist *script_bind_dist_at(lua_State *lua, int index);

/* When a producer's messages are born: the userdata at `index`, an arrival process or a recording.
 * Borrowed until the producer is made. */
struct world_source_config script_bind_source_at(lua_State *lua, int index);

/* Fields of the table at `index`, which the library has filled in completely. */
lua_Integer script_bind_integer(lua_State *lua, int index, const char *name);
bool script_bind_boolean(lua_State *lua, int index, const char *name);
double script_bind_number(lua_State *lua, int index, const char *name);
struct sim_dist script_bind_dist_field(lua_State *lua, int index, const char *name);

/* The place of the text in field `name` among `choices`, which end with a NULL. */
int script_bind_choice(lua_State *lua, int index, const char *name, const char *const *choices);

#endif
