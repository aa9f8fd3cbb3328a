/* lua/view.h - a message as a handler sees it: read-only, and good during the call only.
 *
 * The views are made once and used in turn, so that a message costs no garbage. One that a handler
 * keeps is dead when the call ends: to read it is an error. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_VIEW_H
#define LUA_VIEW_H

#include <lua.h>

#include "lua/state.h"

struct script_view;

/* Makes the views. Once, before the scenario is loaded. */
void script_view_create_all(lua_State *lua);

/* The index of the message attribute of this name, given out at the first use of the name; -1 when
 * all are given out. */
int script_view_attribute(lua_State *lua, const char *name);

/* Pushes a view of the message, which is copied. It lives until script_view_end(). Raises nothing.
 */
struct script_view *script_view_push(
    struct script_runtime *runtime, const struct model_message *message);
void script_view_end(struct script_view *view);

#endif
