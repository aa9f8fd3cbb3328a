/* cli/outputs.h - the folder of --out: all of its files, or none.
 *
 * The files are written into a new folder beside it, which takes its name when they are complete
 * and on the disk. So nobody ever sees half a result, and a mistake touches nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_OUTPUTS_H
#define CLI_OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "sim/base.h"

/* What a file is to hold: all that can be read from `descriptor`, from its beginning. */
struct cli_output {
    const char *name;
    int descriptor;
};

/* Whether cli_outputs_write() has a chance. Without `is_forced` there must be nothing of that name;
 * with it there may be a folder that holds earlier outputs and nothing else. Changes nothing. */
SIM_MUST_USE bool cli_outputs_check(const char *folder, bool is_forced, GError **error);

/* Makes the folder with these files, in place of an earlier one if `is_forced`. On error everything
 * is as it was. */
SIM_MUST_USE bool cli_outputs_write(
    const char *folder,
    bool is_forced,
    const struct cli_output *files,
    uint32_t file_count,
    GError **error);

/* ---- bytes ---- */

/* Writes all of them; false, with errno set, when that is not possible. */
SIM_MUST_USE bool cli_outputs_put(int descriptor, const char *bytes, size_t count);

/* Writes all that can be read from `from`, from its beginning. */
SIM_MUST_USE bool cli_outputs_copy(int from, int to);

#endif
