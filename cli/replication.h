/* cli/replication.h - what one of many runs of a scenario has to say: a few figures.
 *
 * The worker writes it as bytes, which the parent reads and does not trust. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_REPLICATION_H
#define CLI_REPLICATION_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "cli/report.h"
#include "cli/totals.h"
#include "sim/base.h"

/* The figures: first those of enum cli_total, then these. Latencies are in ns, and NaN when nothing
 * was measured. */
enum cli_replication_figure {
    CLI_REPLICATION_THROUGHPUT = CLI_TOTAL_COUNT, /* delivered messages per second */
    CLI_REPLICATION_LATENCY_MEAN,
    CLI_REPLICATION_LATENCY_P50,
    CLI_REPLICATION_LATENCY_P90,
    CLI_REPLICATION_LATENCY_P99,
    CLI_REPLICATION_LATENCY_P999,
    CLI_REPLICATION_LATENCY_MAX,
    CLI_REPLICATION_FIGURE_COUNT,
};

struct cli_replication_check {
    const char *name;
    bool held;
    sim_time first;      /* moment of the first violation; negative: there was none */
    const char *message; /* what was found then, or why it does not hold all the same; "" if held */
};

struct cli_replication {
    uint64_t seed;
    uint64_t digest;
    uint64_t event_count;
    sim_time virtual_time;
    double figures[CLI_REPLICATION_FIGURE_COUNT];
    bool held;      /* every check did */
    GArray *checks; /* of struct cli_replication_check: those that the scenario expects, in order */
    GVariant *record; /* holds the strings */
};

/* Writes the run to a descriptor. False, with errno set, when that is not possible. */
SIM_MUST_USE bool cli_replication_write(const struct cli_report *report, int descriptor);

/* Reads back what was written from the descriptor's beginning on. NULL when it is anything else. */
struct cli_replication *cli_replication_read(int descriptor);
void cli_replication_free(struct cli_replication *replication);

#endif
