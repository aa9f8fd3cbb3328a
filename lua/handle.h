/* lua/handle.h - what a scenario holds of the library's things: a data centre, a queue, a check.
 *
 * A handle is a userdata with one user value, the library's private table, which only the library
 * can reach. So a scenario can neither look into a handle nor change it, nor pass off anything else
 * as one. Its class is a name, which decides its methods. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_HANDLE_H
#define LUA_HANDLE_H

#include <lua.h>

/* Adds to the core table on top of the stack:
 *   class(name, metatable)    makes a class; the metatable is the library's own
 *   handle(name, private [, block])   a new handle of that class; the block, a userdata of the
 *                             core's, is what methods written in C work on
 *   private(value, name)      its private table; nil when the value is no handle of that class
 *   class_of(value)           the name of its class; nil when it is no handle */
void script_handle_bind(lua_State *lua);

/* Sets "class_method" in the core table on top of the stack to `function`, for the library to put
 * among the methods of that class. */
void script_handle_method(
    lua_State *lua, const char *class, const char *method, lua_CFunction function);

/* For such a function, of its first argument: the block of the handle, or NULL when the handle has
 * none. Raises when it is no handle of the method's class. */
void *script_handle_block(lua_State *lua);

#endif
