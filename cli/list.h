/* cli/list.h - `tailback list`: the scenarios that come with the program. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_LIST_H
#define CLI_LIST_H

/* Returns an enum cli_status, or 128 plus the number of the signal that ended it. */
int cli_list_main(int argc, char **argv);

#endif
