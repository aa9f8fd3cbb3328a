/* cli/view_options.h - the command line of `tailback view`, read and checked: by the program, so
 * that it can say what is wrong where no viewer is, and again by the viewer that it starts. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_VIEW_OPTIONS_H
#define CLI_VIEW_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "cli/subcommand.h"
#include "lua/runtime.h"
#include "sim/base.h"

struct cli_view_options {
    char *file;
    char *screenshot; /* NULL: none */
    char *script;     /* NULL: none */
    char *record;     /* NULL: none */
    char *dump;       /* NULL: none: where the scene goes as text */
    GArray *settings; /* of struct script_setting; the strings are in `words` */
    GStrv words;
    uint64_t seed;
    bool has_seed;
    sim_time at; /* -1: from the beginning */
    uint32_t frames;
    int width;
    int height;
    bool is_headless;
    bool is_light;
    bool is_presenter;
    bool is_full_screen;
};

/* Unless it returns CLI_PARSED, everything has been said. finish() in any case. */
enum cli_parsed cli_view_options_init(struct cli_view_options *options, char **argv);
void cli_view_options_finish(struct cli_view_options *options);

/* What the worker is to load; borrows from the options. */
struct script_options cli_view_options_script(
    const struct cli_view_options *options, const char *library);

#endif
