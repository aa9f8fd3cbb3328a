/* cli/paths.h - where the program's own files are. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_PATHS_H
#define CLI_PATHS_H

#include <glib.h>

/* The folder that holds lua/ and scenarios/: what TAILBACK_DATA names, or ../share/tailback seen
 * from the folder in which the running program stands, so that an installed tree can be moved.
 * NULL, and *error set, when there is no such folder. */
char *cli_paths_data(GError **error);

/* The Lua library in it: the folder that holds tailback/ and systems/. */
char *cli_paths_library(GError **error);

#endif
