/* cli/run.h - `tailback run FILE`: a scenario, run once, and what came of it. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_RUN_H
#define CLI_RUN_H

/* Returns an enum cli_status, or 128 plus the number of the signal that ended it. */
int cli_run_main(int argc, char **argv);

#endif
