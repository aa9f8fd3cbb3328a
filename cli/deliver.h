/* cli/deliver.h - hands over the results of a run: to the folder of --out and to stdout. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_DELIVER_H
#define CLI_DELIVER_H

#include <stdint.h>

#include "cli/interrupt.h"
#include "cli/outputs.h"
#include "cli/run_options.h"

struct cli_delivery {
    const struct cli_run_options *options;
    const struct cli_output *files; /* for --out; those that are empty are left out */
    uint32_t file_count;
    int summary;                           /* for stdout */
    const struct cli_interrupt *interrupt; /* let through as soon as the files are there */
};

/* Says what went wrong, if anything. Returns `status`, or CLI_STATUS_WRONG then. */
int cli_deliver(const struct cli_delivery *delivery, int status);

#endif
