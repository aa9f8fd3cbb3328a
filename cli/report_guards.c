/* What stands between a queue and its effect: which repetitions were kept back, and whose verdicts
 * were right. A node is one of these when it has all measures of a row. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/report.h"
#include "cli/text.h"

#define NAME_COLUMNS 24
#define NODES_MAX    20
#define COLUMNS_MAX  6

struct column {
    const char *measure; /* NULL: there are no more */
    const char *label;
    int columns;
    const char *base; /* the counter that this is a share of; NULL: it is none */
};

struct table {
    const char *title;
    struct column columns[COLUMNS_MAX];
};

static const struct table tables[] = {
    {
        "De-duplicators",
        {
            {"passed", "passed", 11, NULL},
            {"suppressed", "kept back", 13, NULL},
            {"slipped", "slipped", 12, NULL},
            {"evicted", "forgotten", 12, NULL},
        },
    },
    {
        "Detectors",
        {
            {"flagged", "flagged", 11, NULL},
            {"retracted", "retracted", 13, NULL},
            {"precision", "precision", 12, "flagged"},
            {"recall", "recall", 12, "bots"},
            {"wronged_value", "wronged value", 18, NULL},
        },
    },
};

static const struct sim_measure *find(
    const sim_registry *registry, const char *path, const char *what)
{
    g_autofree char *name = g_strconcat(path, "/", what, NULL);

    SIM_ASSERT(what[0] != '\0');
    return sim_registry_find(registry, name);
}

/* Of a counter its count; of a share, which is in millionths, what it is at the end: none of
 * nothing. */
static char *value_of(const struct sim_measure *measure, const struct sim_measure *base)
{
    if (measure->kind == SIM_MEASURE_COUNTER) {
        return cli_text_count(measure->counter.value);
    }
    SIM_ASSERT(measure->kind == SIM_MEASURE_GAUGE);
    if (base == NULL || base->counter.value == 0) {
        return g_strdup("-");
    }
    return g_strdup_printf("%.2f %%", (double)measure->gauge.value / 1e4);
}

/* The row of the node of this path; NULL when it lacks one of the measures. */
static char *row_of(const sim_registry *registry, const struct table *table, const char *path)
{
    g_autoptr(GString) row = g_string_new("    ");

    cli_text_append_padded(row, path, NAME_COLUMNS);
    for (uint32_t i = 0; i < COLUMNS_MAX && table->columns[i].measure != NULL; i++) {
        const struct column *column = &table->columns[i];
        const struct sim_measure *measure = find(registry, path, column->measure);
        if (measure == NULL || measure->kind == SIM_MEASURE_TALLY) {
            return NULL;
        }
        const struct sim_measure *base =
            column->base == NULL ? NULL : find(registry, path, column->base);
        g_autofree char *value = value_of(measure, base);
        g_string_append_printf(row, "%*s", column->columns, value);
    }
    return g_strdup(row->str);
}

static void append_heading(const struct cli_page *page, const struct table *table)
{
    g_autoptr(GString) heading = g_string_new(NULL);

    cli_text_append_padded(heading, table->title, NAME_COLUMNS + 4);
    for (uint32_t i = 0; i < COLUMNS_MAX && table->columns[i].measure != NULL; i++) {
        g_string_append_printf(heading, "%*s", table->columns[i].columns, table->columns[i].label);
    }
    cli_page_heading(page, heading->str);
}

static void append_table(
    const struct cli_page *page, const sim_registry *registry, const struct table *table)
{
    g_autofree char *suffix = g_strconcat("/", table->columns[0].measure, NULL);
    uint32_t count = 0;

    for (uint32_t i = 0; i < sim_registry_count(registry) && count < NODES_MAX; i++) {
        const char *name = sim_registry_at(registry, i)->name;
        if (!g_str_has_suffix(name, suffix)) {
            continue;
        }
        g_autofree char *path = g_strndup(name, strlen(name) - strlen(suffix));
        g_autofree char *row = row_of(registry, table, path);
        if (row == NULL) {
            continue;
        }
        if (count == 0) {
            append_heading(page, table);
        }
        g_string_append_printf(page->out, "%s\n", row);
        count++;
    }
}

void cli_report_append_guards(const struct cli_page *page, const sim_registry *registry)
{
    SIM_ASSERT(registry != NULL);
    for (uint32_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        append_table(page, registry, &tables[i]);
    }
}
