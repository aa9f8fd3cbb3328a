/* cli/check.h - `tailback check FILE`: does a scenario load, and what does it contain? */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

/* Returns an enum cli_status, or 128 plus the number of the signal that ended it. */
int cli_check_main(int argc, char **argv);

#endif
