/* cli/help.h - `tailback help [COMMAND]`. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_HELP_H
#define CLI_HELP_H

int cli_help_main(int argc, char **argv);

/* Prints what the program is and what its commands are. */
void cli_help_print(void);

#endif
