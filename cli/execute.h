/* cli/execute.h - what a worker does for `tailback run`: loads, runs, ends, and writes the report.
 *
 * It writes to descriptors that the parent opened. What they hold counts only once the outcome says
 * that it is complete. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_EXECUTE_H
#define CLI_EXECUTE_H

#include <stdbool.h>

#include "cli/channel.h"
#include "cli/style.h"
#include "lua/runtime.h"

struct cli_job {
    struct script_options script; /* `print` is ours */
    sim_time until;               /* 0: the scenario's own duration */
    struct cli_style style;       /* of the text */
    bool is_short;                /* only the checks and the digest, as text */
    bool has_bar;                 /* the parent draws on the terminal to which scenarios print */
    bool is_mute;                 /* what the scenario prints goes nowhere */
    int text;                     /* descriptors; -1: not wanted */
    int json;
    int series;
    int hgrm;
    int trace;  /* trace.bin: cli/trace_file.h */
    int record; /* for cli_replication_read() */
};

/* In the channel's memory, for the parent. */
struct cli_outcome {
    bool is_reported; /* the report is complete; an exit status alone proves nothing */
};

/* Loads the scenario: what a worker does first, whatever it is for. From then on it opens no file.
 * NULL, and *error set, when the scenario is wrong. The job lives as long as the runtime. */
script_runtime *cli_execute_load(struct cli_job *job, GError **error);

/* A cli_worker_body_fn: the context is a struct cli_job. Returns an enum cli_status. */
int cli_execute(void *context, struct cli_channel *channel);

#endif
