/* lua/search.h - string.find, match, gmatch and gsub, in a bounded number of steps.
 *
 * They do what the Lua 5.4 reference manual says, over the matcher of lua/pattern. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_SEARCH_H
#define LUA_SEARCH_H

#include <lua.h>

/* Sets the four in the string library's table, which is on top of the stack. */
void script_search_bind(lua_State *lua);

#endif
