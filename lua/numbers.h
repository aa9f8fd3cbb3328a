/* lua/numbers.h - the math library of a scenario: the same bits on every machine.
 *
 * math.random draws from a stream of the scenario's own; exp, log, pow, sin, cos and tan are the
 * kernel's. (What is libm's alone, no scenario sees: lua/tailback/environment.lua.) */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_NUMBERS_H
#define LUA_NUMBERS_H

#include <lua.h>

/* Replaces the functions in the math library's table, which is on top of the stack. */
void script_numbers_bind(lua_State *lua);

#endif
