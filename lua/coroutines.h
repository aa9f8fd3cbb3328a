/* lua/coroutines.h - coroutines of the scenario's own, under the same limits as everything else. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_COROUTINES_H
#define LUA_COROUTINES_H

#include <lua.h>

/* Replaces what starts a coroutine in the coroutine library's table, which is on top of the stack.
 */
void script_coroutines_bound(lua_State *lua);

#endif
