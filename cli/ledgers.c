/* A ledger is a node that has all of these counters. */
/* SPDX-License-Identifier: MIT */
#include "cli/ledgers.h"

#include <stdbool.h>

static const char *const measures[CLI_LEDGERS_COUNT] = {
    [CLI_LEDGERS_CHARGED] = "charged",
    [CLI_LEDGERS_OVER_BUDGET] = "over_budget",
    [CLI_LEDGERS_DUPLICATES] = "duplicates",
    [CLI_LEDGERS_REVENUE] = "revenue",
};

/* The world's word for an amount whose unit only the scenario knows. */
#define NO_UNIT "value"

static bool read_counts(
    const sim_registry *registry, const char *path, uint64_t counts[CLI_LEDGERS_COUNT])
{
    for (uint32_t i = 0; i < CLI_LEDGERS_COUNT; i++) {
        g_autofree char *name = g_strconcat(path, "/", measures[i], NULL);
        const struct sim_measure *measure = sim_registry_find(registry, name);
        if (measure == NULL || measure->kind != SIM_MEASURE_COUNTER) {
            return false;
        }
        counts[i] = measure->counter.value;
    }
    return true;
}

static void clear(void *ledger)
{
    g_free(((struct cli_ledger *)ledger)->path);
}

GArray *cli_ledgers_find(const sim_registry *registry)
{
    GArray *ledgers = g_array_new(FALSE, FALSE, sizeof(struct cli_ledger));

    g_array_set_clear_func(ledgers, clear);
    for (uint32_t i = 0; i < sim_registry_count(registry); i++) {
        const struct sim_measure *measure = sim_registry_at(registry, i);
        g_autofree char *path = g_path_get_dirname(measure->name);
        struct cli_ledger ledger = {
            .unit = g_str_equal(measure->unit, NO_UNIT) ? "" : measure->unit,
        };
        if (g_str_has_suffix(measure->name, "/revenue") &&
            read_counts(registry, path, ledger.counts)) {
            ledger.path = g_steal_pointer(&path);
            g_array_append_val(ledgers, ledger);
        }
    }
    return ledgers;
}
