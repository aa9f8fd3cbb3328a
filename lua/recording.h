/* lua/recording.h - a file of recorded arrivals, read line by line while the world runs.
 *
 * A worker opens no file once its scenario has been loaded, so a recording is opened when the
 * scenario names it. Each producer that plays it reads it on its own, by position, so that a copy
 * of the process reads the same. What is added to the file after it was opened is not read. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_RECORDING_H
#define LUA_RECORDING_H

#include <lua.h>

#include "lua/state.h"
#include "world/source.h"

/* Adds to the core table on top of the stack:
 *   recording(file)           the recording in that file below the scenario's folder: a userdata */
void script_recording_bind(lua_State *lua);

/* Whether the value at `index` is a recording. */
bool script_recording_is(lua_State *lua, int index);

/* A source that plays the recording at `index` from its beginning. Raises when its first line is
 * malformed already; a later one ends the run. Good as long as the runtime; 66 KiB. */
struct world_source_config script_recording_play(lua_State *lua, int index);

/* Closes them. For the runtime's destroy. */
void script_recording_finish(struct script_runtime *runtime);

#endif
