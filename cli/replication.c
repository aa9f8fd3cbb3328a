/* One GVariant holds it all; the strings that are read point into it. */
/* SPDX-License-Identifier: MIT */
#include "cli/replication.h"

#include <math.h>
#include <string.h>

#include "cli/variant.h"

/* seed, digest, events, virtual time, figures, checks: name, held, first, message */
#define RECORD_TYPE "(tttxada(sbxs))"

/* ---- in the worker ---- */

static void fill_latencies(double *figures, const sim_histogram *histogram)
{
    static const struct {
        enum cli_replication_figure figure;
        double percent;
    } points[] = {
        {CLI_REPLICATION_LATENCY_P50, 50},
        {CLI_REPLICATION_LATENCY_P90, 90},
        {CLI_REPLICATION_LATENCY_P99, 99},
        {CLI_REPLICATION_LATENCY_P999, 99.9},
        {CLI_REPLICATION_LATENCY_MAX, 100},
    };

    figures[CLI_REPLICATION_LATENCY_MEAN] =
        histogram != NULL ? sim_histogram_mean(histogram) : (double)NAN;
    for (uint32_t i = 0; i < G_N_ELEMENTS(points); i++) {
        figures[points[i].figure] =
            histogram != NULL ? (double)sim_histogram_percentile(histogram, points[i].percent)
                              : (double)NAN;
    }
}

static GVariant *figures_of(const struct cli_report *report)
{
    double figures[CLI_REPLICATION_FIGURE_COUNT];
    int64_t counts[CLI_TOTAL_COUNT];

    cli_totals_of(&report->totals, counts);
    for (uint32_t i = 0; i < CLI_TOTAL_COUNT; i++) {
        figures[i] = (double)counts[i];
    }
    figures[CLI_REPLICATION_THROUGHPUT] = cli_report_throughput(report);
    fill_latencies(figures, cli_report_latency(report));
    return g_variant_new_fixed_array(
        G_VARIANT_TYPE_DOUBLE, figures, G_N_ELEMENTS(figures), sizeof(*figures));
}

static GVariant *checks_of(const struct cli_report *report)
{
    GVariantBuilder builder;
    const GPtrArray *expected = report->checks->expected;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(sbxs)"));
    for (uint32_t i = 0; i < expected->len; i++) {
        const struct world_check *check = g_ptr_array_index(expected, i);
        bool has_failed = check->failed > 0;
        const char *reason = check->evaluated == 0 ? "never evaluated" : "";
        g_variant_builder_add(
            &builder,
            "(@sbx@s)",
            cli_variant_text(check->name),
            (gboolean)world_check_held(check),
            has_failed ? check->first.time : (sim_time)-1,
            cli_variant_text(has_failed ? check->first.text : reason));
    }
    return g_variant_builder_end(&builder);
}

bool cli_replication_write(const struct cli_report *report, int descriptor)
{
    GVariant *record = g_variant_new(
        "(tttx@ad@a(sbxs))",
        report->scenario->seed,
        report->digest,
        report->event_count,
        report->virtual_time,
        figures_of(report),
        checks_of(report));

    return cli_variant_write(record, descriptor);
}

/* ---- in the parent ---- */

static bool read_figures(struct cli_replication *replication, GVariant *figures)
{
    gsize count = 0;
    const double *values = g_variant_get_fixed_array(figures, &count, sizeof(*values));

    if (count != CLI_REPLICATION_FIGURE_COUNT) {
        return false;
    }
    memcpy(replication->figures, values, sizeof(replication->figures));
    return true;
}

static void read_checks(struct cli_replication *replication, GVariant *checks)
{
    struct cli_replication_check check;
    gboolean held = FALSE;
    GVariantIter iter;

    replication->checks = g_array_new(FALSE, FALSE, sizeof(check));
    replication->held = true;
    (void)g_variant_iter_init(&iter, checks);
    while (
        g_variant_iter_next(&iter, "(&sbx&s)", &check.name, &held, &check.first, &check.message)) {
        check.held = held != FALSE;
        replication->held = replication->held && check.held;
        g_array_append_val(replication->checks, check);
    }
}

struct cli_replication *cli_replication_read(int descriptor)
{
    GVariant *record = cli_variant_read(descriptor, RECORD_TYPE);
    g_autoptr(GVariant) figures = NULL;
    g_autoptr(GVariant) checks = NULL;

    if (record == NULL) {
        return NULL;
    }
    struct cli_replication *replication = g_new0(struct cli_replication, 1);
    replication->record = record;
    g_variant_get(
        record,
        "(tttx@ad@a(sbxs))",
        &replication->seed,
        &replication->digest,
        &replication->event_count,
        &replication->virtual_time,
        &figures,
        &checks);
    read_checks(replication, checks);
    if (!read_figures(replication, figures)) {
        cli_replication_free(replication);
        return NULL;
    }
    return replication;
}

void cli_replication_free(struct cli_replication *replication)
{
    if (replication == NULL) {
        return;
    }
    g_array_unref(replication->checks);
    g_variant_unref(replication->record);
    g_free(replication);
}
