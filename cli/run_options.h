/* cli/run_options.h - the command line of `tailback run`, read and checked. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_RUN_OPTIONS_H
#define CLI_RUN_OPTIONS_H

#include <stdbool.h>

#include <glib.h>

#include "cli/execute.h"
#include "cli/subcommand.h"
#include "lua/runtime.h"

struct cli_run_options {
    char *file;
    char *out;        /* NULL: no files */
    GArray *settings; /* of struct script_setting; the strings are in `words` */
    GStrv words;
    uint64_t seed;
    bool has_seed;
    sim_time until;        /* 0: the scenario's own */
    uint32_t replications; /* 0: one run, told in full */
    uint32_t jobs;         /* of these at once */
    bool has_trace;        /* trace.bin ... */
    bool is_trace_json;    /* ... or trace.json, made of it */
    bool is_watching;      /* run again whenever the scenario is saved */
    bool is_forced;
    bool is_json;
    bool is_quiet;
    bool is_ascii;
};

/* Unless it returns CLI_PARSED, everything has been said. finish() in any case. */
enum cli_parsed cli_run_options_init(struct cli_run_options *options, char **argv);
void cli_run_options_finish(struct cli_run_options *options);

/* What a worker is to do, but for where it writes. Borrows from the options, and the library. */
struct cli_job cli_run_options_job(const struct cli_run_options *options, const char *library);

#endif
