/* The names of the columns are the names of the measures, so that a column can be found again in
 * summary.json; a tally has four. Text is handed on whenever enough of it has come together. */
/* SPDX-License-Identifier: MIT */
#include "cli/report.h"

#define FLUSH_BYTES 65536

/* Quoted only when it must be. */
static void append_name(GString *out, const char *name, const char *suffix)
{
    g_autofree char *whole = g_strconcat(name, suffix, NULL);

    g_string_append_c(out, ',');
    if (strpbrk(whole, ",\"\r\n") == NULL) {
        g_string_append(out, whole);
        return;
    }
    g_auto(GStrv) parts = g_strsplit(whole, "\"", -1);
    g_autofree char *doubled = g_strjoinv("\"\"", parts);
    g_string_append_printf(out, "\"%s\"", doubled);
}

static void append_head(GString *out, const sim_registry *registry)
{
    g_string_append(out, "time_s");
    for (uint32_t i = 0; i < sim_registry_count(registry); i++) {
        const struct sim_measure *measure = sim_registry_at(registry, i);
        if (measure->kind == SIM_MEASURE_TALLY) {
            append_name(out, measure->name, ".count");
            append_name(out, measure->name, ".mean");
            append_name(out, measure->name, ".p50");
            append_name(out, measure->name, ".p99");
        } else {
            append_name(out, measure->name, "");
        }
    }
    g_string_append(out, "\r\n");
}

static void append_number(GString *out, double number)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_c(out, ',');
    g_string_append(out, g_ascii_formatd(digits, sizeof(digits), "%.10g", number));
}

/* An interval in which a tally got no values has no mean and no percentiles. */
static void append_tally(GString *out, const struct sim_sample *sample)
{
    if (sample->count == 0) {
        g_string_append(out, ",0,,,");
        return;
    }
    g_string_append_printf(out, ",%" G_GUINT64_FORMAT, sample->count);
    append_number(out, sample->value);
    g_string_append_printf(
        out, ",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT, sample->p50, sample->p99);
}

static void append_row(GString *out, const struct cli_report *report, uint32_t index)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    double time_s = (double)(index + 1) * (double)report->sample_interval / (double)SIM_SECOND;

    g_string_append(out, g_ascii_formatd(digits, sizeof(digits), "%.10g", time_s));
    for (uint32_t i = 0; i < sim_registry_count(report->registry); i++) {
        const struct sim_measure *measure = sim_registry_at(report->registry, i);
        const struct sim_sample *sample = &measure->samples[index];
        if (measure->kind == SIM_MEASURE_TALLY) {
            append_tally(out, sample);
        } else {
            append_number(out, sample->value);
        }
    }
    g_string_append(out, "\r\n");
}

bool cli_report_write_series(
    const struct cli_report *report, cli_report_flush_fn *flush, void *context)
{
    g_autoptr(GString) out = g_string_new(NULL);

    append_head(out, report->registry);
    for (uint32_t i = 0; i < sim_registry_sample_count(report->registry); i++) {
        append_row(out, report, i);
        if (out->len >= FLUSH_BYTES && !flush(context, out)) {
            return false;
        }
    }
    return flush(context, out);
}
