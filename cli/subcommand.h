/* cli/subcommand.h - the subcommands: one row for each in subcommand.c, one file for each beside
 * it.
 *
 * A command's function gets its own name as argv[0] and returns the program's exit status. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_SUBCOMMAND_H
#define CLI_SUBCOMMAND_H

#include <stdint.h>

#include <glib.h>

enum cli_status {
    CLI_STATUS_OK = 0,            /* it ran, and every check held */
    CLI_STATUS_FAILED = 1,        /* it ran, and a check failed */
    CLI_STATUS_WRONG = 2,         /* the scenario or the command line is wrong */
    CLI_STATUS_INTERRUPTED = 130, /* Ctrl-C, as a shell would say it */
};

struct cli_subcommand {
    const char *name;
    const char *arguments; /* "FILE", "[COMMAND]": what stands after the options */
    const char *summary;   /* half a line, for the list of commands */
    int (*main)(int argc, char **argv);
};

/* NULL when there is none of this name. */
const struct cli_subcommand *cli_subcommand_find(const char *name);

/* In the order in which they are listed; NULL beyond the last. */
const struct cli_subcommand *cli_subcommand_at(uint32_t index);

/* ---- a command's own arguments ---- */

enum cli_parsed {
    CLI_PARSED, /* *arguments holds what is no option: the name of the command, then the rest */
    CLI_PARSED_HELP,  /* --help was asked for, and has been answered */
    CLI_PARSED_WRONG, /* and it has been said why */
};

/* Rows of its GOptionEntry table: an option that takes a text, as bytes, and one that takes none.
 */
#define CLI_SUBCOMMAND_TEXT(name, to, about, value)                                                \
    {                                                                                              \
        name, 0, 0, G_OPTION_ARG_FILENAME, to, about, value                                        \
    }
#define CLI_SUBCOMMAND_FLAG(name, to, about)                                                       \
    {                                                                                              \
        name, 0, 0, G_OPTION_ARG_NONE, to, about, NULL                                             \
    }

/* Reads the options that `entries` describe, which ends with {0}, out of a command's arguments;
 * --help is added to them. `command` may be NULL: the program's own options. */
enum cli_parsed cli_subcommand_parse(
    const struct cli_subcommand *command,
    const GOptionEntry *entries,
    const char *description,
    GStrv *arguments);

#endif
