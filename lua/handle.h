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
 *   handle(name, private)     a new handle of that class
 *   private(value, name)      its private table; nil when the value is no handle of that class
 *   class_of(value)           the name of its class; nil when it is no handle */
void script_handle_bind(lua_State *lua);

#endif
