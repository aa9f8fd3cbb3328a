/* cli/models.h - `tailback models`: what each queue model and store can do. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_MODELS_H
#define CLI_MODELS_H

/* Returns an enum cli_status. */
int cli_models_main(int argc, char **argv);

#endif
