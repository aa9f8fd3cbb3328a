/* lua/bounded.h - the standard functions whose work no hook can interrupt, with bounds.
 *
 * A hook fires between instructions, so one call of string.rep or of a pattern match may hang or
 * fill the memory. Each of these functions looks at its arguments first, refuses what would be too
 * much, and else calls Lua's own. Nothing here shows an address. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_BOUNDED_H
#define LUA_BOUNDED_H

#include <lua.h>

/* Replaces the functions in the string library's table, which is on top of the stack. */
void script_bounded_strings(lua_State *lua);

/* The same for the table library's. */
void script_bounded_tables(lua_State *lua);

/* tostring(value): its __tostring, or else what type(value) says, never an address. */
int script_bounded_tostring(lua_State *lua);

#endif
