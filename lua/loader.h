/* lua/loader.h - the files that a scenario consists of, as functions.
 *
 * Text only, 1 MiB at most. A scenario's own modules stand in its folder or below: no "..", no link
 * that leads out. Files are read while the scenario loads, and never after. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_LOADER_H
#define LUA_LOADER_H

#include <stdint.h>

#include <lua.h>

/* Adds to the core table on top of the stack:
 *   load_library(name)           the library's module "tailback.schema", say, as a function
 *   load_module(name, globals)   a module of the scenario's own, with these globals; nil when there
 *                                is no such file
 *   line(file, number)           a line of a scenario file that was loaded; nil when there is none
 */
void script_loader_bind(lua_State *lua);

/* Pushes the scenario's file as a function whose globals are the table on top of the stack, which
 * it pops. Raises when the file cannot be read, or is not Lua. */
void script_loader_push_scenario(lua_State *lua);

/* Opens a file of data below the scenario's folder, "clicks.csv" or "data/clicks.csv", for reading.
 * Returns the descriptor, which is the caller's; sets *out_path to how messages call it, which is
 * pushed, and *out_size in bytes. Raises when there is no such file, it is none, or the scenario
 * has been loaded. */
int script_loader_open(lua_State *lua, const char *name, const char **out_path, uint64_t *out_size);

#endif
