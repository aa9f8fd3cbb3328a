/* lua/fail.h - a mistake in a scenario, told to its author: where, what, and what to write instead.
 *
 * The author sees lines of files that he wrote, never lines of the library: a position is that of
 * the innermost running function of a scenario file. Scenario files are loaded under a chunk name
 * that begins with '@', the library under names that begin with '='. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_FAIL_H
#define LUA_FAIL_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>
#include <lua.h>

#include "sim/base.h"

/* Writes "file:line", cut to `size`. Returns false, and writes "", when no line of a scenario runs
 * in this thread. */
bool script_fail_where(lua_State *lua, char *buffer, size_t size);

/* Raises an error whose message has the author's position in front. Never returns; is an int so
 * that a lua_CFunction may return it. */
int script_fail(lua_State *lua, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The same with the message of *error, which it frees. */
int script_fail_error(lua_State *lua, GError *error);

/* The message of the error value on top of `lua`'s stack as one bounded line without control
 * characters, with the author's position in front if it has none. Pops nothing, and raises nothing.
 * The caller frees it. */
char *script_fail_message(lua_State *lua);

/* Appends one line for each running function of a scenario file to `text`: the innermost first, ten
 * at most. */
void script_fail_trace(lua_State *lua, GString *text);

/* Appends `bytes`, what is not printable ASCII or UTF-8 text replaced by '?'. */
void script_fail_append_clean(GString *text, const char *bytes, size_t size);

#endif
