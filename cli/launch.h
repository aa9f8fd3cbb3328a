/* cli/launch.h - starts workers for scenarios: the limits that each of them gets.
 *
 * cli/worker.h says what a worker is; this file says what one is allowed that runs a scenario. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_LAUNCH_H
#define CLI_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/execute.h"
#include "cli/worker.h"

#define CLI_LAUNCH_DESCRIPTORS_MAX 8

/* What a worker is to do. */
struct cli_launch {
    cli_worker_body_fn *body; /* with a struct cli_outcome in the channel's memory */
    void *context;
    int descriptors[CLI_LAUNCH_DESCRIPTORS_MAX]; /* that stay open; -1: none */
    uint32_t descriptor_count;
};

/* Returns false, and sets *error, when no process can be made. */
SIM_MUST_USE bool cli_launch(
    struct cli_worker *worker, const struct cli_launch *launch, GError **error);

/* A job for the scenario of this path that writes nothing yet. The strings are borrowed. */
struct cli_job cli_launch_job(const char *path, const char *library);

/* A file that exists in memory only. Returns -1, and sets *error, when there is none. */
SIM_MUST_USE int cli_launch_file(const char *name, GError **error);

/* Once the worker has ended: its report is whole, and its exit status one that goes with it. */
bool cli_launch_has_reported(const struct cli_worker *worker);

#endif
