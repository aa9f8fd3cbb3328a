/* cli/description.h - what a scenario says of itself when it is loaded, without being run.
 *
 * The worker writes it as bytes, which the parent reads and does not trust. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_DESCRIPTION_H
#define CLI_DESCRIPTION_H

#include <stdbool.h>

#include <glib.h>

#include "cli/channel.h"
#include "cli/execute.h"
#include "cli/interrupt.h"
#include "cli/style.h"
#include "lua/runtime.h"
#include "sim/base.h"

struct cli_description_node {
    const char *datacenter;
    const char *name;
    const char *type; /* "producer", "broker", ... */
};

struct cli_description_link {
    const char *ends[2]; /* data centres; the same one twice: what joins the nodes inside it */
    double latency_s;    /* mean, one way */
    double bandwidth;    /* bits per second; 0: without limit */
};

struct cli_description {
    struct script_scenario scenario;
    const char **datacenters; /* ends with NULL; so do the checks */
    GArray *nodes;            /* of struct cli_description_node, in the order of their making */
    GArray *links;            /* of struct cli_description_link */
    const char **checks;      /* those that the scenario expects */
    GArray *params;           /* of struct script_param: what scenario.params points to */
    GVariant *record;         /* holds the strings */
    char *warning;            /* what the user is to know of the worker; or NULL */
};

/* Has a worker load the scenario. Returns the program's status, with *error set unless that is
 * CLI_STATUS_OK. `interrupt` holds the signals back. */
int cli_description_load(
    const struct cli_job *job,
    const struct cli_interrupt *interrupt,
    struct cli_description *out_description,
    GError **error);

/* All zeroes, or filled. */
void cli_description_finish(struct cli_description *description);

/* ---- in words: description_text.c ---- */

void cli_description_append_text(
    GString *out, const struct cli_description *description, const struct cli_style *style);

/* One line for each parameter, "name=value": the words that may stand after --set. */
void cli_description_append_params(GString *out, const struct cli_description *description);

void cli_description_append_json(
    GString *out, const struct cli_description *description, const char *path);

#endif
