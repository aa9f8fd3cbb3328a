/* cli/replicate.h - runs one scenario with many seeds, several at a time, each in a worker. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_REPLICATE_H
#define CLI_REPLICATE_H

#include <stdint.h>

#include <glib.h>

#include "cli/execute.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/replications.h"

struct cli_replicate {
    struct cli_job job; /* of the first run, with its seed; the others' seeds count up from it */
    uint32_t count;
    uint32_t job_count; /* workers at a time */
    sim_time until;     /* where one run ends: for the bar */
    const struct cli_interrupt *interrupt;
    struct cli_progress_bar *bar; /* one over all runs */
};

/* Fills `runs`, of struct cli_replication, in order of the seeds. Returns CLI_STATUS_OK; or
 * CLI_STATUS_WRONG, when a run failed, with *error set for the one with the lowest seed among those
 * that fail; or 128 and a signal. */
int cli_replicate(const struct cli_replicate *plan, GPtrArray *runs, GError **error);

#endif
