/* cli/new.h - `tailback new`: writes a commented scenario, to begin from. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_NEW_H
#define CLI_NEW_H

/* Returns an enum cli_status. */
int cli_new_main(int argc, char **argv);

#endif
