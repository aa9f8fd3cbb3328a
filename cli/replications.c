/* What all forms of the summary of many runs agree on. */
/* SPDX-License-Identifier: MIT */
#include "cli/replications.h"

#include "sim/trace.h"

static const struct cli_replication *run_at(const struct cli_replications *all, uint32_t index)
{
    return g_ptr_array_index(all->runs, index);
}

struct cli_figure cli_replications_figure(const struct cli_replications *all, uint32_t figure)
{
    g_autofree double *values = g_new(double, all->runs->len);

    SIM_ASSERT(figure < CLI_REPLICATION_FIGURE_COUNT);
    for (uint32_t i = 0; i < all->runs->len; i++) {
        values[i] = run_at(all, i)->figures[figure];
    }
    return cli_figure_of(values, all->runs->len);
}

/* ---- checks ---- */

/* Entries by the check's name and its number among those of that name in one run. */
struct check_table {
    GArray *checks; /* of struct cli_replications_check */
    GHashTable *index_by_key;
};

static struct cli_replications_check *entry_for(
    struct check_table *table, const char *name, uint32_t number)
{
    g_autofree char *key = g_strdup_printf("%u %s", number, name);
    gpointer index = NULL;

    if (!g_hash_table_lookup_extended(table->index_by_key, key, NULL, &index)) {
        struct cli_replications_check fresh = {.name = name, .first = -1, .message = ""};
        index = GUINT_TO_POINTER(table->checks->len);
        g_hash_table_insert(table->index_by_key, g_steal_pointer(&key), index);
        g_array_append_val(table->checks, fresh);
    }
    return &g_array_index(table->checks, struct cli_replications_check, GPOINTER_TO_UINT(index));
}

static void count_check(
    struct cli_replications_check *entry, const struct cli_replication_check *check, uint64_t seed)
{
    if (!check->held && entry->held_count == entry->run_count) {
        entry->seed_failed = seed;
        entry->first = check->first;
        entry->message = check->message;
    }
    entry->held_count += check->held;
    entry->run_count++;
}

static void count_run(struct check_table *table, const struct cli_replication *run)
{
    g_autoptr(GHashTable) count_by_name = g_hash_table_new(g_str_hash, g_str_equal);

    for (uint32_t i = 0; i < run->checks->len; i++) {
        const struct cli_replication_check *check =
            &g_array_index(run->checks, struct cli_replication_check, i);
        gpointer count = g_hash_table_lookup(count_by_name, check->name);
        uint32_t number = GPOINTER_TO_UINT(count);
        g_hash_table_insert(
            count_by_name, (gpointer)(uintptr_t)check->name, GUINT_TO_POINTER(number + 1));
        count_check(entry_for(table, check->name, number), check, run->seed);
    }
}

GArray *cli_replications_checks(const struct cli_replications *all)
{
    struct check_table table = {
        .checks = g_array_new(FALSE, FALSE, sizeof(struct cli_replications_check)),
        .index_by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };

    for (uint32_t run = 0; run < all->runs->len; run++) {
        count_run(&table, run_at(all, run));
    }
    g_hash_table_unref(table.index_by_key);
    return table.checks;
}

bool cli_replications_held(const struct cli_replications *all)
{
    for (uint32_t i = 0; i < all->runs->len; i++) {
        if (!run_at(all, i)->held) {
            return false;
        }
    }
    return true;
}

/* ---- the whole ---- */

uint64_t cli_replications_digest(const struct cli_replications *all)
{
    struct sim_trace trace;

    sim_trace_init(&trace);
    for (uint32_t i = 0; i < all->runs->len; i++) {
        struct sim_trace_record record = {.time = i, .message = run_at(all, i)->digest};
        sim_trace_add(&trace, &record);
    }
    return trace.digest;
}

uint64_t cli_replications_event_count(const struct cli_replications *all)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < all->runs->len; i++) {
        count += run_at(all, i)->event_count;
    }
    return count;
}
