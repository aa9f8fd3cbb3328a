/* cli/totals.h - what became of the messages, as summaries count it.
 *
 * One list of names and numbers for every form of a summary: text, JSON, and the means of many
 * runs. What each counts, and how they add up, is in docs/summary.md. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_TOTALS_H
#define CLI_TOTALS_H

#include <stdint.h>

#include "world/audit.h"

/* In the order in which summary.json has them. */
enum cli_total {
    CLI_TOTAL_SENT,
    CLI_TOTAL_DELIVERED,
    CLI_TOTAL_LOST,
    CLI_TOTAL_DUPLICATED,
    CLI_TOTAL_DROPPED,
    CLI_TOTAL_DEAD,
    CLI_TOTAL_WAITING,
    CLI_TOTAL_ACCEPTED,
    CLI_TOTAL_TURNED_AWAY,
    CLI_TOTAL_REFUSED,
    CLI_TOTAL_LOST_BEFORE_ACCEPTANCE,
    CLI_TOTAL_WAITING_UNACCEPTED,
    CLI_TOTAL_WAITING_ACCEPTED,
    CLI_TOTAL_SUPPRESSED,
    CLI_TOTAL_NAMED_COUNT,
    /* What is missing from the two sums: 0, or there is a fault in tailback. */
    CLI_TOTAL_UNACCOUNTED_BEFORE = CLI_TOTAL_NAMED_COUNT,
    CLI_TOTAL_UNACCOUNTED_AFTER,
    CLI_TOTAL_COUNT,
};

/* The member of summary.json, of those before CLI_TOTAL_NAMED_COUNT. */
const char *cli_totals_name(enum cli_total total);

void cli_totals_of(const struct world_audit_totals *totals, int64_t out_counts[CLI_TOTAL_COUNT]);

#endif
