/* viz/chart.h - which charts there are: the lines of each, and what their values are. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_CHART_H
#define VIZ_CHART_H

#include "viz/page.h"

#define VIZ_CHART_LINES_MAX 3

/* Of a row. */
enum viz_value {
    VIZ_VALUE_OFFERED,
    VIZ_VALUE_SERVED,
    VIZ_VALUE_P50,
    VIZ_VALUE_P90,
    VIZ_VALUE_P99,
    VIZ_VALUE_QUEUED,
    VIZ_VALUE_HELD,
    VIZ_VALUE_INSIDE,
    VIZ_VALUE_RATE_X_WAIT,
    VIZ_VALUE_WORK,
    VIZ_VALUE_SERVER,
    VIZ_VALUE_OWN, /* and those after it: the series of the scenario's own chart */
};

struct viz_chart_line {
    const char *label;
    enum viz_colour colour;
    enum viz_value value;
    int dash;
};

struct viz_chart {
    const char *role;
    const char *title;
    const char *unit;
    struct viz_chart_line lines[VIZ_CHART_LINES_MAX];
    uint32_t line_count;
    bool is_latency; /* on a logarithmic axis, in ns */
    bool has_band;   /* between the first line and the last */
    double least_high;
};

/* Its strings are good as long as the page's scene. */
struct viz_chart viz_chart_of(const struct viz_page *page, enum viz_panel panel);

/* NaN: there is nothing to show. */
double viz_chart_value(const struct viz_row *row, enum viz_value value);

/* The newest figures, for the heading; to be g_free()d. */
char *viz_chart_heading(
    const struct viz_chart *chart, enum viz_panel panel, const struct viz_row *row);

/* Whether the bound is one of the chart's lines. */
bool viz_chart_has_bound(enum viz_panel panel, const struct viz_bound *bound);

/* Rows up to where the run stands: those of the future, seen before a step back, do not show. */
uint32_t viz_chart_row_count(const struct viz_story *story);

#endif
