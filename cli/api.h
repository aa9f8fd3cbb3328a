/* cli/api.h - `tailback api`: looks up what a scenario can call, in the terminal. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_API_H
#define CLI_API_H

/* Returns an enum cli_status. */
int cli_api_main(int argc, char **argv);

#endif
