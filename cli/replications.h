/* cli/replications.h - many runs of one scenario that differ in their seed, and the forms in which
 * they are told.
 *
 * The runs are in order of their seeds, whoever was first done, so that every figure and the digest
 * are the same however many ran at once. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_REPLICATIONS_H
#define CLI_REPLICATIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "cli/figure.h"
#include "cli/replication.h"
#include "cli/style.h"

struct cli_replications {
    const char *path;
    const struct script_scenario *scenario; /* of the first; borrowed, as is the path */
    GPtrArray *runs; /* of struct cli_replication, owned: at least one; all are there */
    double wall_s;
    struct cli_warm_up warm_up; /* left out of throughput and latency, in each of the runs */
};

/* What became of one check in all of the runs. */
struct cli_replications_check {
    const char *name;
    uint32_t run_count; /* those that expected it */
    uint32_t held_count;
    uint64_t seed_failed; /* the first one, while held_count < run_count */
    sim_time first;       /* and its first violation; negative: there was none */
    const char *message;
};

struct cli_figure cli_replications_figure(const struct cli_replications *all, uint32_t figure);

/* Of struct cli_replications_check, in the order in which they come up first. Strings are borrowed
 * from the runs. */
GPtrArray *cli_replications_checks(const struct cli_replications *all);

/* Every check held in every run. */
bool cli_replications_held(const struct cli_replications *all);

/* Folds the digests in the order of their seeds. */
uint64_t cli_replications_digest(const struct cli_replications *all);

uint64_t cli_replications_event_count(const struct cli_replications *all);

/* The summary for a person. A short one is its checks and its digest. */
void cli_replications_append_text(
    GString *out, const struct cli_replications *all, const struct cli_style *style, bool is_short);

/* summary.json of many runs: docs/summary.md has its schema. */
void cli_replications_append_json(GString *out, const struct cli_replications *all);

#endif
