/* SPDX-License-Identifier: MIT */
#include "viz/chart.h"

#include <math.h>
#include <string.h>

#include "viz/axis.h"

static double latency_or_none(const struct viz_row *row, int64_t latency)
{
    return row->count > 0 ? (double)MAX(latency, 1) : (double)NAN;
}

static double little_or_none(const struct viz_row *row, double value)
{
    return row->has_little != 0 ? value : (double)NAN;
}

double viz_chart_value(const struct viz_row *row, enum viz_value value)
{
    switch (value) {
    case VIZ_VALUE_OFFERED:
        return row->offered;
    case VIZ_VALUE_SERVED:
        return row->served;
    case VIZ_VALUE_P50:
        return latency_or_none(row, row->p50);
    case VIZ_VALUE_P90:
        return latency_or_none(row, row->p90);
    case VIZ_VALUE_P99:
        return latency_or_none(row, row->p99);
    case VIZ_VALUE_QUEUED:
        return row->queued;
    case VIZ_VALUE_HELD:
        return row->held;
    case VIZ_VALUE_INSIDE:
        return little_or_none(row, row->inside);
    case VIZ_VALUE_RATE_X_WAIT:
        return little_or_none(row, row->rate_x_wait);
    case VIZ_VALUE_WORK:
        return row->work_busy >= 0 ? row->work_busy : (double)NAN;
    case VIZ_VALUE_SERVER:
        return row->queue_busy;
    case VIZ_VALUE_OWN:
    default:
        SIM_ASSERT(value - VIZ_VALUE_OWN < VIZ_SERIES_MAX);
        return row->own[value - VIZ_VALUE_OWN];
    }
}

/* ---- the charts ---- */

/* "SLO: p99 < 500 ms", of the first bound that there is; "" when there is none. */
static const char *slo_of(const struct viz_page *page)
{
    const struct viz_topology *topology = &page->story->topology;

    for (uint32_t i = 0; i < topology->bound_count; i++) {
        const struct viz_bound *bound = &topology->bounds[i];
        if (bound->series == VIZ_BOUND_LATENCY) {
            g_autofree char *limit = viz_axis_latency(bound->limit);
            return viz_scene_format(
                page->scene,
                ", SLO p%.9g %s %s",
                bound->permille / 10.0,
                bound->is_above != 0 ? ">" : "<",
                limit);
        }
    }
    return "";
}

static struct viz_chart latency_chart(const struct viz_page *page)
{
    return (struct viz_chart){
        .role = "latency",
        .title = "Latency",
        .unit = viz_scene_format(page->scene, "log scale%s", slo_of(page)),
        .lines =
            {{"p99", VIZ_COLOUR_RED, VIZ_VALUE_P99, 0},
             {"p90", VIZ_COLOUR_ORANGE, VIZ_VALUE_P90, 0},
             {"p50", VIZ_COLOUR_GREEN, VIZ_VALUE_P50, 0}},
        .line_count = 3,
        .is_latency = true,
        .has_band = true,
    };
}

/* What the scenario wants to be drawn. */
static struct viz_chart own_chart(const struct viz_page *page)
{
    static const enum viz_colour colours[] = {VIZ_COLOUR_SKY, VIZ_COLOUR_ORANGE, VIZ_COLOUR_GREEN};
    const struct viz_own_chart *own = &page->story->topology.chart;
    bool is_time = strcmp(own->unit, "ns") == 0;
    struct viz_chart chart = {
        .role = "own",
        .title = own->title,
        .unit = is_time ? "log scale" : own->unit,
        .line_count = own->series_count,
        .is_latency = is_time,
    };

    for (uint32_t i = 0; i < own->series_count; i++) {
        chart.lines[i] = (struct viz_chart_line){own->series[i], colours[i], VIZ_VALUE_OWN + i, 0};
    }
    return chart;
}

/* Those that are the same in every scenario. */
static const struct viz_chart throughput = {
    "throughput",
    "Throughput",
    "messages/s",
    {{"offered", VIZ_COLOUR_DIM, VIZ_VALUE_OFFERED, 0},
     {"served", VIZ_COLOUR_SKY, VIZ_VALUE_SERVED, 0}},
    2,
    false,
    false,
    10};
static const struct viz_chart queue = {
    "queue",
    "Queue depth",
    "messages waiting",
    {{"queues", VIZ_COLOUR_PINK, VIZ_VALUE_QUEUED, 0},
     {"senders", VIZ_COLOUR_DIM, VIZ_VALUE_HELD, 0}},
    2,
    false,
    false,
    10};
static const struct viz_chart use = {
    "use",
    "Utilisation",
    "% of the time at work",
    {{"workers", VIZ_COLOUR_GREEN, VIZ_VALUE_WORK, 0},
     {"queue", VIZ_COLOUR_PINK, VIZ_VALUE_SERVER, 0}},
    2,
    false,
    false,
    100};
static const struct viz_chart little = {
    "little",
    "Little's law",
    "messages inside: counted, and as \u03bb \u00d7 W",
    {{"L", VIZ_COLOUR_SKY, VIZ_VALUE_INSIDE, 0},
     {"\u03bbW", VIZ_COLOUR_ORANGE, VIZ_VALUE_RATE_X_WAIT, 7}},
    2,
    false,
    false,
    10};

struct viz_chart viz_chart_of(const struct viz_page *page, enum viz_panel panel)
{
    switch (panel) {
    case VIZ_PANEL_LATENCY:
        return latency_chart(page);
    case VIZ_PANEL_OWN:
        return own_chart(page);
    case VIZ_PANEL_QUEUE:
        return queue;
    case VIZ_PANEL_USE:
        return use;
    case VIZ_PANEL_LITTLE:
        return little;
    case VIZ_PANEL_THROUGHPUT:
    case VIZ_PANEL_TOPOLOGY:
    case VIZ_PANEL_HEAT:
    case VIZ_PANEL_CHECKS:
    case VIZ_PANEL_COUNT:
    default:
        return throughput;
    }
}

bool viz_chart_has_bound(enum viz_panel panel, const struct viz_bound *bound)
{
    return bound->series == VIZ_BOUND_LATENCY ? panel == VIZ_PANEL_LATENCY : panel == VIZ_PANEL_OWN;
}

/* ---- headings ---- */

static char *little_heading(const struct viz_row *row)
{
    g_autofree char *inside = viz_axis_number(row->inside);
    g_autofree char *product = viz_axis_number(row->rate_x_wait);

    return row->has_little == 0 ? g_strdup("messages have several effects, or none")
                                : g_strdup_printf("L %s   \u03bbW %s", inside, product);
}

static char *use_heading(const struct viz_row *row)
{
    g_autofree char *work = viz_axis_number(MAX(row->work_busy, 0));

    return row->work_busy >= 0 ? g_strdup_printf("%s %%", work) : g_strdup("no workers");
}

char *viz_chart_heading(
    const struct viz_chart *chart, enum viz_panel panel, const struct viz_row *row)
{
    double first = viz_chart_value(row, chart->lines[0].value);
    g_autofree char *number = NULL;

    if (chart->line_count == 0) {
        return g_strdup("no figures yet");
    }
    switch ((int)panel) {
    case VIZ_PANEL_LATENCY:
        number = viz_axis_latency((double)row->p99);
        return row->count > 0 ? g_strdup_printf("p99 %s", number) : g_strdup("nothing arrives");
    case VIZ_PANEL_LITTLE:
        return little_heading(row);
    case VIZ_PANEL_USE:
        return use_heading(row);
    case VIZ_PANEL_THROUGHPUT:
        number = viz_axis_number(row->served);
        return g_strdup_printf("%s/s", number);
    default:
        return chart->is_latency ? viz_axis_latency(first) : viz_axis_number(first);
    }
}

uint32_t viz_chart_row_count(const struct viz_story *story)
{
    sim_time past = (story->frame.now + 1) / MAX(story->topology.interval, 1);

    return (uint32_t)MIN((sim_time)story->rows->len, past);
}
