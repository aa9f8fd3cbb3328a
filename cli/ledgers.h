/* cli/ledgers.h - the ledgers of a world, and what they charged, found by their measures. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_LEDGERS_H
#define CLI_LEDGERS_H

#include <stdint.h>

#include <glib.h>

#include "sim/registry.h"

enum cli_ledgers_count {
    CLI_LEDGERS_CHARGED,
    CLI_LEDGERS_OVER_BUDGET,
    CLI_LEDGERS_DUPLICATES,
    CLI_LEDGERS_REVENUE,
    CLI_LEDGERS_COUNT,
};

struct cli_ledger {
    char *path;
    uint64_t counts[CLI_LEDGERS_COUNT];
    const char *unit; /* of the revenue; "" when nobody gave it one. Good as long as the registry */
};

/* Of struct cli_ledger, in the order of the registry; to be unreferenced, paths and all. */
GArray *cli_ledgers_find(const sim_registry *registry);

#endif
