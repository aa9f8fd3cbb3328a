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
    double *values = g_new(double, all->runs->len);

    SIM_ASSERT(figure < CLI_REPLICATION_FIGURE_COUNT);
    for (uint32_t i = 0; i < all->runs->len; i++) {
        values[i] = run_at(all, i)->figures[figure];
    }
    struct cli_figure mean = cli_figure_of(values, all->runs->len);
    g_free(values);
    return mean;
}

/* ---- checks ---- */

/* How often the run under way has had a check of this name. */
struct name_use {
    uint32_t run;
    uint32_t count;
};

/* Entries by the check's name and its number among those of that name in one run. */
struct check_table {
    GPtrArray *entries; /* of struct cli_replications_check */
    GHashTable *entry_by_key;
    GHashTable *use_by_name;
};

static uint32_t next_number(struct check_table *table, const char *name, uint32_t run)
{
    struct name_use *use = g_hash_table_lookup(table->use_by_name, name);

    if (use == NULL) {
        use = g_new0(struct name_use, 1);
        g_hash_table_insert(table->use_by_name, g_strdup(name), use);
    }
    use->count = use->run == run ? use->count : 0;
    use->run = run;
    return use->count++;
}

static struct cli_replications_check *entry_for(
    struct check_table *table, const char *name, uint32_t number)
{
    g_autofree char *key = g_strdup_printf("%u %s", number, name);
    struct cli_replications_check *entry = g_hash_table_lookup(table->entry_by_key, key);

    if (entry == NULL) {
        entry = g_new(struct cli_replications_check, 1);
        *entry = (struct cli_replications_check){.name = name, .first = -1, .message = ""};
        g_ptr_array_add(table->entries, entry);
        g_hash_table_insert(table->entry_by_key, g_steal_pointer(&key), entry);
    }
    return entry;
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

GPtrArray *cli_replications_checks(const struct cli_replications *all)
{
    struct check_table table = {
        .entries = g_ptr_array_new_with_free_func(g_free),
        .entry_by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .use_by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
    };

    for (uint32_t run = 0; run < all->runs->len; run++) {
        const struct cli_replication *replication = run_at(all, run);
        for (uint32_t i = 0; i < replication->checks->len; i++) {
            const struct cli_replication_check *check =
                &g_array_index(replication->checks, struct cli_replication_check, i);
            uint32_t number = next_number(&table, check->name, run);
            count_check(entry_for(&table, check->name, number), check, replication->seed);
        }
    }
    g_hash_table_unref(table.entry_by_key);
    g_hash_table_unref(table.use_by_name);
    return table.entries;
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
