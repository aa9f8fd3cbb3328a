/* cli/run_many.h - `tailback run --replications`: a scenario, run with many seeds. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_RUN_MANY_H
#define CLI_RUN_MANY_H

#include "cli/run_options.h"

/* Returns an enum cli_status, or 128 plus the number of the signal that ended it. */
int cli_run_many(const struct cli_run_options *options);

#endif
