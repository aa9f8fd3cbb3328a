/* cli/saved.h - waits until a scenario is saved: `tailback run --watch`.
 *
 * The folder is watched, not the file: an editor that saves writes another file and gives it the
 * name. So a file beside it that the scenario requires counts too. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_SAVED_H
#define CLI_SAVED_H

#include <glib.h>

#include "cli/interrupt.h"

/* Watches the folder of this scenario. Returns a descriptor for the other functions, to be
 * close()d; -1, and *error set, when it cannot be watched. */
int cli_saved_watch(const char *scenario, GError **error);

/* Waits until a .lua or a .csv file was saved there since the last call. Returns 0 then, or the
 * number of the signal that came first, which it takes from `interrupt`. */
int cli_saved_wait(int descriptor, const struct cli_interrupt *interrupt);

#endif
