/* Lines over the whole run, from the left edge of the plot to where the run stands. What a line is,
 * is written beside its end, in a gutter of its own, so that no word lies on a line. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "viz/axis.h"
#include "viz/page.h"

#define LINES_MAX   3
#define BUCKETS_MAX 1024

/* Of a row. */
enum value {
    OFFERED,
    SERVED,
    P50,
    P90,
    P99,
    QUEUED,
    HELD,
    INSIDE,
    RATE_X_WAIT,
    OWN, /* and those after it: the series of the scenario's own chart */
};

struct line {
    const char *label;
    enum viz_colour colour;
    enum value value; /* NaN: nothing to show */
    int dash;
};

struct chart {
    const char *role;
    const char *title;
    const char *unit;
    struct line lines[LINES_MAX];
    uint32_t line_count;
    bool is_latency; /* on a logarithmic axis, in ns */
    bool has_band;   /* between the first line and the last */
    double least_high;
};

struct plot {
    const struct viz_page *page;
    const struct chart *chart;
    struct viz_rect rect;
    struct viz_axis axis;
    uint32_t row_count; /* up to where the run stands */
    uint32_t bucket_count;
    struct viz_point points[LINES_MAX][BUCKETS_MAX];
};

/* ---- what is shown ---- */

static double latency_or_none(const struct viz_row *row, int64_t latency)
{
    return row->count > 0 ? (double)MAX(latency, 1) : (double)NAN;
}

static double little_or_none(const struct viz_row *row, double value)
{
    return row->has_little != 0 ? value : (double)NAN;
}

static double value_of(const struct viz_row *row, enum value value)
{
    switch (value) {
    case OFFERED:
        return row->offered;
    case SERVED:
        return row->served;
    case P50:
        return latency_or_none(row, row->p50);
    case P90:
        return latency_or_none(row, row->p90);
    case P99:
        return latency_or_none(row, row->p99);
    case QUEUED:
        return row->queued;
    case HELD:
        return row->held;
    case INSIDE:
        return little_or_none(row, row->inside);
    case RATE_X_WAIT:
        return little_or_none(row, row->rate_x_wait);
    case OWN:
    default:
        SIM_ASSERT(value - OWN < VIZ_SERIES_MAX);
        return row->own[value - OWN];
    }
}

/* What the scenario wants to be drawn. */
static struct chart own_chart(const struct viz_page *page)
{
    static const enum viz_colour colours[] = {VIZ_COLOUR_SKY, VIZ_COLOUR_ORANGE, VIZ_COLOUR_GREEN};
    const struct viz_own_chart *own = &page->story->topology.chart;
    bool is_time = strcmp(own->unit, "ns") == 0;
    struct chart chart = {
        .role = "own",
        .title = own->title,
        .unit = is_time ? "log scale" : own->unit,
        .line_count = own->series_count,
        .is_latency = is_time,
    };

    for (uint32_t i = 0; i < own->series_count; i++) {
        chart.lines[i] = (struct line){own->series[i], colours[i], OWN + i, 0};
    }
    return chart;
}

static const struct chart *chart_of(enum viz_panel panel)
{
    static const struct chart throughput = {
        "throughput",
        "Throughput",
        "messages/s",
        {{"offered", VIZ_COLOUR_DIM, OFFERED, 0}, {"served", VIZ_COLOUR_SKY, SERVED, 0}},
        2,
        false,
        false,
        10};
    static const struct chart latency = {
        "latency",
        "Latency",
        "log scale",
        {{"p99", VIZ_COLOUR_RED, P99, 0},
         {"p90", VIZ_COLOUR_ORANGE, P90, 0},
         {"p50", VIZ_COLOUR_GREEN, P50, 0}},
        3,
        true,
        true,
        0};
    static const struct chart queue = {
        "queue",
        "Queue depth",
        "messages waiting",
        {{"queues", VIZ_COLOUR_PINK, QUEUED, 0}, {"senders", VIZ_COLOUR_DIM, HELD, 0}},
        2,
        false,
        false,
        10};
    static const struct chart little = {
        "little",
        "Little's law",
        "messages inside: counted, and as \u03bb \u00d7 W",
        {{"L", VIZ_COLOUR_SKY, INSIDE, 0}, {"\u03bbW", VIZ_COLOUR_ORANGE, RATE_X_WAIT, 7}},
        2,
        false,
        false,
        10};

    switch (panel) {
    case VIZ_PANEL_LATENCY:
        return &latency;
    case VIZ_PANEL_QUEUE:
        return &queue;
    case VIZ_PANEL_LITTLE:
        return &little;
    case VIZ_PANEL_THROUGHPUT:
    case VIZ_PANEL_TOPOLOGY:
    case VIZ_PANEL_HEAT:
    case VIZ_PANEL_CHECKS:
    case VIZ_PANEL_OWN:
    case VIZ_PANEL_COUNT:
    default:
        return &throughput;
    }
}

/* ---- values ---- */

static const struct viz_row *row_at(const struct plot *plot, uint32_t index)
{
    return &g_array_index(plot->page->story->rows, struct viz_row, index);
}

/* Rows of the future, seen before a step back, do not show. */
static uint32_t count_rows(const struct viz_page *page)
{
    const struct viz_story *story = page->story;
    sim_time past = (story->frame.now + 1) / story->topology.interval;

    return (uint32_t)MIN((sim_time)story->rows->len, past);
}

static double value_at(const struct plot *plot, const struct line *line, uint32_t index)
{
    const struct viz_row *row = row_at(plot, index);

    return row->number > 0 ? value_of(row, line->value) : (double)NAN;
}

/* The largest of a few rows that share a place: a peak must not get lost. */
static double bucket_value(const struct plot *plot, const struct line *line, uint32_t bucket)
{
    uint32_t begin = (uint32_t)((uint64_t)bucket * plot->row_count / plot->bucket_count);
    uint32_t end = (uint32_t)((uint64_t)(bucket + 1) * plot->row_count / plot->bucket_count);
    double largest = (double)NAN;

    SIM_ASSERT(begin < end);
    for (uint32_t i = begin; i < end; i++) {
        largest = fmax(largest, value_at(plot, line, i));
    }
    return largest;
}

struct range {
    double low;
    double high;
};

static struct range range_of(const struct plot *plot)
{
    struct range range = {.low = (double)INFINITY, .high = plot->chart->least_high};

    for (uint32_t i = 0; i < plot->chart->line_count; i++) {
        for (uint32_t k = 0; k < plot->bucket_count; k++) {
            double value = bucket_value(plot, &plot->chart->lines[i], k);
            range.low = fmin(range.low, value);
            range.high = fmax(range.high, value);
        }
    }
    return range;
}

static struct viz_axis axis_for(const struct plot *plot)
{
    struct range range = range_of(plot);
    int line = plot->page->small_height + 1;
    uint32_t fits = (uint32_t)CLAMP(plot->rect.height / line + 1, 2, 6);

    if (!plot->chart->is_latency) {
        return viz_axis_linear(range.high, MIN(fits, 5));
    }
    bool is_empty = range.high <= 0 || range.low > range.high;
    return viz_axis_log(is_empty ? 1e6 : range.low, is_empty ? 1e9 : range.high, fits);
}

static int y_of(const struct plot *plot, double value)
{
    double place = viz_axis_place(&plot->axis, value);

    return plot->rect.y + (int)((1 - place) * (plot->rect.height - 1) + 0.5);
}

static void place_points(struct plot *plot)
{
    sim_time interval = plot->page->story->topology.interval;
    double duration = (double)MAX(plot->page->story->topology.duration, 1);

    for (uint32_t i = 0; i < plot->chart->line_count; i++) {
        for (uint32_t k = 0; k < plot->bucket_count; k++) {
            double value = bucket_value(plot, &plot->chart->lines[i], k);
            double row = (k + 0.5) * plot->row_count / plot->bucket_count;
            double part = row * (double)interval / duration;
            double place = isnan(value) ? 0 : viz_axis_place(&plot->axis, value);
            double y = plot->rect.y + (1 - place) * (plot->rect.height - 1) + 0.5;
            plot->points[i][k] = (struct viz_point){
                plot->rect.x + MIN(part, 1) * plot->rect.width, isnan(value) ? (double)NAN : y};
        }
    }
}

/* ---- items ---- */

static char *figure_of(const struct plot *plot, double value)
{
    return plot->chart->is_latency ? viz_axis_latency(value) : viz_axis_number(value);
}

/* The same for all charts, so that their times stand above each other. */
static int axis_width(const struct viz_page *page)
{
    return viz_page_width(page, page->small, "100 ms");
}

static int labels_width(const struct viz_page *page, const struct chart *chart)
{
    int width = viz_page_width(page, page->small, "senders");
    int most = 10 * page->small.size;

    for (uint32_t i = 0; i < chart->line_count; i++) {
        width = MAX(width, viz_page_width(page, page->small, chart->lines[i].label));
    }
    return MIN(width, most);
}

static void put_axis(const struct plot *plot, int width)
{
    const struct viz_page *page = plot->page;
    const char *role = viz_scene_format(page->scene, "%s/axis", plot->chart->role);
    const struct viz_words words = {
        .colour = VIZ_COLOUR_DIM, .ground = VIZ_COLOUR_PANEL, .align = VIZ_ALIGN_RIGHT};

    for (uint32_t i = 0; i < plot->axis.tick_count; i++) {
        int y = y_of(plot, plot->axis.ticks[i]);
        struct viz_rect grid = {plot->rect.x, y, plot->rect.width, 1};
        struct viz_rect place = {
            plot->rect.x - width - viz_page_px(page, 6),
            y - page->small_height / 2,
            width,
            page->small_height};
        g_autofree char *text = figure_of(plot, plot->axis.ticks[i]);
        (void)viz_scene_add(page->scene, VIZ_ITEM_FILL, role, grid, VIZ_COLOUR_GRID);
        (void)viz_page_text(page, role, place, text, words);
    }
}

static void put_lines(const struct plot *plot)
{
    const struct chart *chart = plot->chart;
    viz_scene *scene = plot->page->scene;

    if (chart->has_band && plot->bucket_count > 1) {
        struct viz_point both[2 * BUCKETS_MAX];
        for (uint32_t k = 0; k < plot->bucket_count; k++) {
            both[k] = plot->points[0][k];
            both[plot->bucket_count + k] = plot->points[chart->line_count - 1][k];
        }
        struct viz_item *item =
            viz_scene_points_item(scene, VIZ_ITEM_BAND, chart->role, both, 2 * plot->bucket_count);
        item->colour = VIZ_COLOUR_SKY;
        item->alpha = 36;
    }
    for (uint32_t i = 0; i < chart->line_count; i++) {
        struct viz_item *item = viz_scene_points_item(
            scene, VIZ_ITEM_LINE, chart->role, plot->points[i], plot->bucket_count);
        item->colour = chart->lines[i].colour;
        item->width = plot->page->small.size * 0.15;
        item->dash = chart->lines[i].dash > 0 ? viz_page_px(plot->page, chart->lines[i].dash) : 0;
    }
}

/* The labels' heights, from above, pushed apart until none touches the next. */
static void spread(int *tops, uint32_t count, int height, struct viz_rect within)
{
    int limit = within.y + within.height - height;

    for (uint32_t i = 1; i < count; i++) {
        tops[i] = MAX(tops[i], tops[i - 1] + height);
    }
    for (uint32_t i = count; i > 0; i--) {
        int most = i == count ? limit : tops[i] - height;
        tops[i - 1] = MIN(tops[i - 1], most);
    }
    SIM_ASSERT(count <= LINES_MAX);
}

static double last_of(const struct plot *plot, uint32_t line)
{
    for (uint32_t k = plot->bucket_count; k > 0; k--) {
        if (!isnan(plot->points[line][k - 1].y)) {
            return plot->points[line][k - 1].y;
        }
    }
    return plot->rect.y + (double)plot->rect.height * (line + 1) / (LINES_MAX + 1);
}

static void put_labels(const struct plot *plot, struct viz_rect gutter)
{
    const struct viz_page *page = plot->page;
    const char *role = viz_scene_format(page->scene, "%s/label", plot->chart->role);
    uint32_t order[LINES_MAX] = {0, 1, 2};
    int tops[LINES_MAX] = {0};
    uint32_t count = MIN(plot->chart->line_count, (uint32_t)(gutter.height / page->small_height));

    SIM_ASSERT(count <= LINES_MAX);
    for (uint32_t i = 1; i < count; i++) { /* from above */
        for (uint32_t k = i; k > 0 && last_of(plot, order[k]) < last_of(plot, order[k - 1]); k--) {
            uint32_t swapped = order[k];
            order[k] = order[k - 1];
            order[k - 1] = swapped;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        tops[i] = (int)last_of(plot, order[i]) - page->small_height / 2;
    }
    spread(tops, count, page->small_height, gutter);
    for (uint32_t i = 0; i < count; i++) {
        const struct line *line = &plot->chart->lines[order[i]];
        struct viz_rect place = {gutter.x, tops[i], gutter.width, page->small_height};
        const struct viz_words words = {.colour = line->colour, .ground = VIZ_COLOUR_PANEL};
        (void)viz_page_text(page, role, place, line->label, words);
    }
}

/* The newest figures, for the heading. */
static char *heading_of(const struct plot *plot, enum viz_panel panel)
{
    if (plot->row_count == 0 || plot->chart->line_count == 0) {
        return g_strdup("no figures yet");
    }
    const struct viz_row *row = row_at(plot, plot->row_count - 1);
    if (panel == VIZ_PANEL_OWN) {
        return figure_of(plot, value_of(row, plot->chart->lines[0].value));
    }
    g_autofree char *number = NULL;
    g_autofree char *other = NULL;
    switch (panel) {
    case VIZ_PANEL_LATENCY:
        number = viz_axis_latency((double)row->p99);
        return row->count > 0 ? g_strdup_printf("p99 %s", number) : g_strdup("nothing arrives");
    case VIZ_PANEL_LITTLE:
        if (row->has_little == 0) {
            return g_strdup("a message has several effects");
        }
        number = viz_axis_number(row->inside);
        other = viz_axis_number(row->rate_x_wait);
        return g_strdup_printf("L %s   \u03bbW %s", number, other);
    case VIZ_PANEL_QUEUE:
        number = viz_axis_number(row->queued);
        return g_steal_pointer(&number);
    case VIZ_PANEL_THROUGHPUT:
    case VIZ_PANEL_TOPOLOGY:
    case VIZ_PANEL_HEAT:
    case VIZ_PANEL_CHECKS:
    case VIZ_PANEL_COUNT:
    case VIZ_PANEL_OWN:
    default:
        number = viz_axis_number(row->served);
        return g_strdup_printf("%s/s", number);
    }
}

/* Between the words of the axis, the labels, and the times below. */
static void set_plot(struct plot *plot, struct viz_rect area, struct viz_rect *out_gutter)
{
    const struct viz_page *page = plot->page;
    int gap = viz_page_px(page, 6);
    int foot = page->small_height + gap / 2;
    int labels = labels_width(page, plot->chart);

    plot->rect = area;
    plot->rect.y += page->small_height / 2;
    plot->rect.height -= foot + page->small_height / 2;
    plot->axis = axis_for(plot);
    int width = axis_width(page);
    plot->rect.x += width + gap;
    plot->rect.width -= width + 2 * gap + labels;
    *out_gutter = (struct viz_rect){
        plot->rect.x + plot->rect.width + gap,
        area.y,
        labels,
        plot->rect.height + page->small_height};
}

static void put_plot(struct plot *plot, struct viz_rect area)
{
    const struct viz_page *page = plot->page;
    const char *role = plot->chart->role;
    struct viz_rect gutter;

    set_plot(plot, area, &gutter);
    struct viz_rect times = {
        area.x,
        area.y + area.height - page->small_height,
        plot->rect.x + plot->rect.width - area.x,
        page->small_height};
    viz_page_outages(page, plot->rect, role);
    put_axis(plot, plot->rect.x - area.x - viz_page_px(page, 6));
    place_points(plot);
    put_lines(plot);
    put_labels(plot, gutter);
    viz_page_time_axis(page, plot->rect, times, role);
}

static uint32_t buckets_for(struct viz_rect rect, uint32_t row_count)
{
    uint32_t fits = (uint32_t)CLAMP(rect.width / 2, 2, BUCKETS_MAX);

    return MIN(row_count, fits);
}

void viz_panel_chart(const struct viz_page *page, struct viz_rect rect, enum viz_panel panel)
{
    struct plot *plot = g_new0(struct plot, 1);
    const struct chart own = own_chart(page);

    plot->page = page;
    plot->chart = panel == VIZ_PANEL_OWN ? &own : chart_of(panel);
    plot->row_count = count_rows(page);
    plot->bucket_count = buckets_for(rect, plot->row_count);
    g_autofree char *heading = heading_of(plot, panel);
    const struct viz_panel_words words = {
        plot->chart->role, plot->chart->title, plot->chart->unit, heading};
    struct viz_rect area = viz_page_panel(page, rect, &words);
    if (area.height >= 3 * page->small_height && area.width >= 12 * page->small.size) {
        put_plot(plot, area);
    }
    g_free(plot);
}
