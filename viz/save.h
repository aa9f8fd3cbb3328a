/* viz/save.h - a scenario, and what was done to it by hand, as a new scenario. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_SAVE_H
#define VIZ_SAVE_H

#include <glib.h>

#include "viz/fault.h"

/* Copies the scenario's text to "NAME-live.lua" in its folder, or "NAME-live-2.lua" and so on,
 * never over a file that is there, with a tb.at() for each entry at its end. Its run has the same
 * digest as the run that was watched. Returns the new file's name, to be g_free()d; NULL, and
 * *error set, when nothing was done, or the file cannot be written. */
char *viz_save(
    const char *path,
    const struct viz_fault_log *faults,
    const struct viz_topology *topology,
    GError **error);

#endif
