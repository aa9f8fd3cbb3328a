/* One row for each series that matters: a name, a figure, a sparkline. The rows share one axis of
 * virtual time, on which the incidents are marked by the numbers that the summary gave them. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "cli/report.h"
#include "cli/sparkline.h"
#include "cli/text.h"

#define LEVEL_ROWS_MAX 8 /* queues and buffers: those with the most in them */
#define NAME_COLUMNS   26
#define FIGURE_COLUMNS 14
#define MARGIN_COLUMNS (2 + NAME_COLUMNS + 1 + FIGURE_COLUMNS + 2)
#define INCIDENT_MARKS 9

struct chart {
    GString *out;
    const struct cli_report *report;
    const struct cli_style *style;
    double *values; /* of the row under way */
    uint32_t count; /* of samples */
    uint32_t columns;
};

struct row {
    const char *name;
    const char *figure;
    enum cli_sparkline_merge merge;
};

static void append_row(const struct chart *chart, const struct row *row)
{
    struct cli_sparkline line = {
        .values = chart->values,
        .count = chart->count,
        .columns = chart->columns,
        .merge = row->merge,
        .is_ascii = chart->style->is_ascii,
    };

    size_t length = strlen(row->name);

    if (length <= NAME_COLUMNS) {
        g_string_append_printf(chart->out, "  %-*s", NAME_COLUMNS, row->name);
    } else { /* its end says more than its beginning */
        const char *end = row->name + length - (NAME_COLUMNS - 3);
        g_string_append_printf(chart->out, "  ...%s", end);
    }
    g_string_append_printf(chart->out, " %*s  ", FIGURE_COLUMNS, row->figure);
    cli_sparkline_append(chart->out, &line);
    g_string_append_c(chart->out, '\n');
}

static double values_max(const struct chart *chart)
{
    double max = 0;

    for (uint32_t i = 0; i < chart->count; i++) {
        max = isnan(chart->values[i]) ? max : MAX(max, chart->values[i]);
    }
    return max;
}

static void append_throughput(const struct chart *chart, const struct sim_measure *latency)
{
    double interval_s = (double)chart->report->sample_interval / (double)SIM_SECOND;

    for (uint32_t i = 0; i < chart->count; i++) {
        chart->values[i] = (double)latency->samples[i].count / interval_s;
    }
    g_autofree char *max = cli_text_number(values_max(chart));
    g_autofree char *figure = g_strdup_printf("max %s/s", max);
    append_row(chart, &(struct row){"throughput", figure, CLI_SPARKLINE_MEAN});
}

static void append_p99(const struct chart *chart, const struct sim_measure *latency)
{
    for (uint32_t i = 0; i < chart->count; i++) {
        const struct sim_sample *sample = &latency->samples[i];
        chart->values[i] = sample->count > 0 ? (double)sample->p99 : (double)NAN;
    }
    g_autofree char *max = cli_text_duration((sim_time)values_max(chart));
    g_autofree char *figure = g_strdup_printf("max %s", max);
    append_row(chart, &(struct row){"latency p99", figure, CLI_SPARKLINE_MAX});
}

/* ---- queues and buffers ---- */

static bool is_level(const struct sim_measure *measure)
{
    return measure->kind == SIM_MEASURE_GAUGE && g_str_equal(measure->unit, "messages") &&
           (g_str_has_suffix(measure->name, "/depth") ||
            g_str_has_suffix(measure->name, "/held")) &&
           measure->gauge.max > 0;
}

static gint compare_levels(gconstpointer left, gconstpointer right)
{
    const struct sim_measure *a = *(const struct sim_measure *const *)left;
    const struct sim_measure *b = *(const struct sim_measure *const *)right;

    if (a->gauge.max != b->gauge.max) {
        return a->gauge.max > b->gauge.max ? -1 : 1;
    }
    return strcmp(a->name, b->name);
}

/* Of pointers to measures. */
static GArray *levels_of(const sim_registry *registry)
{
    GArray *levels = g_array_new(FALSE, FALSE, sizeof(const struct sim_measure *));

    for (uint32_t i = 0; i < sim_registry_count(registry); i++) {
        const struct sim_measure *measure = sim_registry_at(registry, i);
        if (is_level(measure)) {
            g_array_append_val(levels, measure);
        }
    }
    g_array_sort(levels, compare_levels);
    return levels;
}

static void append_level(const struct chart *chart, const struct sim_measure *measure)
{
    for (uint32_t i = 0; i < chart->count; i++) {
        chart->values[i] = MAX(measure->samples[i].value, 0);
    }
    g_autofree char *max = cli_text_count((uint64_t)measure->gauge.max);
    g_autofree char *figure = g_strdup_printf("max %s", max);
    append_row(chart, &(struct row){measure->name, figure, CLI_SPARKLINE_MAX});
}

static void append_levels(const struct chart *chart)
{
    g_autoptr(GArray) levels = levels_of(chart->report->registry);

    for (uint32_t i = 0; i < MIN(levels->len, LEVEL_ROWS_MAX); i++) {
        append_level(chart, g_array_index(levels, const struct sim_measure *, i));
    }
    if (levels->len > LEVEL_ROWS_MAX) {
        g_string_append_printf(
            chart->out, "  ... and %u more with less in them\n", levels->len - LEVEL_ROWS_MAX);
    }
}

/* ---- the axis ---- */

static sim_time span_of(const struct chart *chart)
{
    return (sim_time)chart->count * chart->report->sample_interval;
}

/* Two incidents in one column: the later one is seen. */
static void append_marks(const struct chart *chart)
{
    const GArray *incidents = chart->report->incidents->list;
    g_autofree char *marks = g_strnfill(chart->columns, ' ');

    for (uint32_t i = 0; i < MIN(incidents->len, INCIDENT_MARKS); i++) {
        sim_time time = g_array_index(incidents, struct world_incident, i).time;
        uint64_t sample = (uint64_t)(time / chart->report->sample_interval);
        if (sample < chart->count) {
            marks[cli_sparkline_column((uint32_t)sample, chart->count, chart->columns)] =
                (char)('1' + i);
        }
    }
    g_strchomp(marks);
    if (marks[0] != '\0') {
        g_string_append_printf(chart->out, "%*s%s\n", MARGIN_COLUMNS, "", marks);
    }
}

static void append_axis(const struct chart *chart)
{
    g_autofree char *end = cli_text_duration(span_of(chart));

    g_string_append_printf(
        chart->out, "%*s0 s%*s\n", MARGIN_COLUMNS, "", (int)chart->columns - 3, end);
}

static void append_rows(struct chart *chart)
{
    chart->values = g_new0(double, chart->count);
    if (cli_report_latency(chart->report) != NULL) {
        append_throughput(chart, chart->report->latency);
        append_p99(chart, chart->report->latency);
    }
    append_levels(chart);
    g_free(chart->values);
    chart->values = NULL;
}

void cli_report_append_chart(
    GString *out, const struct cli_report *report, const struct cli_style *style)
{
    gsize length = out->len;
    struct chart chart = {
        .out = out,
        .report = report,
        .style = style,
        .count = sim_registry_sample_count(report->registry),
        .columns = style->columns - MARGIN_COLUMNS,
    };

    SIM_ASSERT(style->columns > MARGIN_COLUMNS + 3);
    if (chart.count > 0) {
        append_rows(&chart);
    }
    if (out->len > length) {
        append_marks(&chart);
        append_axis(&chart);
    }
}
