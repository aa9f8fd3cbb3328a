/* Lines over the whole run, from the left edge of the plot to where the run stands. What a line is,
 * is written beside its end, in a gutter of its own, so that no word lies on a line. Where two runs
 * are compared, the other one's lines are drawn thin and dotted, on the same axis. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "viz/axis.h"
#include "viz/chart.h"

#define BUCKETS_MAX 1024
#define RUNS_MAX    2

/* One run's lines. */
struct run {
    const struct viz_story *story;
    uint32_t row_count; /* up to where the run stands */
    uint32_t bucket_count;
    struct viz_point points[VIZ_CHART_LINES_MAX][BUCKETS_MAX];
};

struct plot {
    const struct viz_page *page;
    struct viz_chart chart;
    enum viz_panel panel;
    struct viz_rect rect;
    struct viz_axis axis;
    struct run runs[RUNS_MAX]; /* the page's own, and the one that it is compared with */
    uint32_t run_count;
};

/* ---- values ---- */

static double value_at(const struct run *run, const struct viz_chart_line *line, uint32_t index)
{
    const struct viz_row *row = &g_array_index(run->story->rows, struct viz_row, index);

    return row->number > 0 ? viz_chart_value(row, line->value) : (double)NAN;
}

/* The largest of a few rows that share a place: a peak must not get lost. */
static double bucket_value(
    const struct run *run, const struct viz_chart_line *line, uint32_t bucket)
{
    uint32_t begin = (uint32_t)((uint64_t)bucket * run->row_count / run->bucket_count);
    uint32_t end = (uint32_t)((uint64_t)(bucket + 1) * run->row_count / run->bucket_count);
    double largest = (double)NAN;

    SIM_ASSERT(begin < end);
    for (uint32_t i = begin; i < end; i++) {
        largest = fmax(largest, value_at(run, line, i));
    }
    return largest;
}

struct range {
    double low;
    double high;
};

static void widen(struct range *range, const struct viz_chart *chart, const struct run *run)
{
    for (uint32_t i = 0; i < chart->line_count; i++) {
        for (uint32_t k = 0; k < run->bucket_count; k++) {
            double value = bucket_value(run, &chart->lines[i], k);
            range->low = fmin(range->low, value);
            range->high = fmax(range->high, value);
        }
    }
}

static struct range range_of(const struct plot *plot)
{
    const struct viz_topology *topology = &plot->page->story->topology;
    struct range range = {.low = (double)INFINITY, .high = plot->chart.least_high};

    for (uint32_t i = 0; i < plot->run_count; i++) {
        widen(&range, &plot->chart, &plot->runs[i]);
    }
    for (uint32_t i = 0; i < topology->bound_count; i++) {
        if (viz_chart_has_bound(plot->panel, &topology->bounds[i])) {
            range.low = fmin(range.low, topology->bounds[i].limit);
            range.high = fmax(range.high, topology->bounds[i].limit);
        }
    }
    return range;
}

static struct viz_axis axis_for(const struct plot *plot)
{
    struct range range = range_of(plot);
    int line = plot->page->small_height + 1;
    uint32_t fits = (uint32_t)CLAMP(plot->rect.height / line + 1, 2, 6);

    if (!plot->chart.is_latency) {
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

static void place_points(const struct plot *plot, struct run *run)
{
    sim_time interval = run->story->topology.interval;
    double duration = (double)MAX(plot->page->story->topology.duration, 1);

    for (uint32_t i = 0; i < plot->chart.line_count; i++) {
        for (uint32_t k = 0; k < run->bucket_count; k++) {
            double value = bucket_value(run, &plot->chart.lines[i], k);
            double row = (k + 0.5) * run->row_count / run->bucket_count;
            double part = row * (double)interval / duration;
            double place = isnan(value) ? 0 : viz_axis_place(&plot->axis, value);
            double y = plot->rect.y + (1 - place) * (plot->rect.height - 1) + 0.5;
            run->points[i][k] = (struct viz_point){
                plot->rect.x + MIN(part, 1) * plot->rect.width, isnan(value) ? (double)NAN : y};
        }
    }
}

/* ---- items ---- */

static char *figure_of(const struct plot *plot, double value)
{
    return plot->chart.is_latency ? viz_axis_latency(value) : viz_axis_number(value);
}

/* The same for all charts, so that their times stand above each other. */
static int axis_width(const struct viz_page *page)
{
    return viz_page_width(page, page->small, "100 ms");
}

static int labels_width(const struct viz_page *page, const struct viz_chart *chart)
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
    const char *role = viz_scene_format(page->scene, "%s/axis", plot->chart.role);
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

static void put_band(const struct plot *plot)
{
    const struct run *run = &plot->runs[0];
    uint32_t count = run->bucket_count;
    struct viz_point both[2 * BUCKETS_MAX];

    for (uint32_t k = 0; k < count; k++) {
        both[k] = run->points[0][k];
        both[count + k] = run->points[plot->chart.line_count - 1][k];
    }
    struct viz_item *item =
        viz_scene_points_item(plot->page->scene, VIZ_ITEM_BAND, plot->chart.role, both, 2 * count);
    item->colour = VIZ_COLOUR_SKY;
    item->alpha = 36;
}

static void put_lines(const struct plot *plot, const struct run *run)
{
    const struct viz_page *page = plot->page;
    bool is_other = run != plot->runs;

    for (uint32_t i = 0; i < plot->chart.line_count; i++) {
        const struct viz_chart_line *line = &plot->chart.lines[i];
        struct viz_item *item = viz_scene_points_item(
            page->scene, VIZ_ITEM_LINE, plot->chart.role, run->points[i], run->bucket_count);
        item->colour = line->colour;
        item->width = page->small.size * (is_other ? 0.1 : 0.15);
        item->dash = line->dash > 0 ? viz_page_px(page, line->dash) : 0;
        item->dash = is_other ? MAX(viz_page_px(page, 3), 1) : item->dash;
    }
}

/* What is to be kept, for the time for which it is: the SLO. */
static void put_bounds(const struct plot *plot)
{
    const struct viz_page *page = plot->page;
    const struct viz_topology *topology = &page->story->topology;
    const char *role = viz_scene_format(page->scene, "%s/bound", plot->chart.role);

    for (uint32_t i = 0; i < topology->bound_count; i++) {
        const struct viz_bound *bound = &topology->bounds[i];
        if (!viz_chart_has_bound(plot->panel, bound)) {
            continue;
        }
        double y = y_of(plot, bound->limit) + 0.5;
        const struct viz_point ends[] = {
            {viz_page_x_of(page, plot->rect, bound->from), y},
            {viz_page_x_of(page, plot->rect, MIN(bound->until, topology->duration)), y}};
        struct viz_item *item = viz_scene_points_item(page->scene, VIZ_ITEM_LINE, role, ends, 2);
        item->colour = VIZ_COLOUR_TEXT;
        item->width = page->small.size * 0.12;
        item->dash = viz_page_px(page, 5);
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
    SIM_ASSERT(count <= VIZ_CHART_LINES_MAX);
}

static double last_of(const struct plot *plot, uint32_t line)
{
    const struct run *run = &plot->runs[0];

    for (uint32_t k = run->bucket_count; k > 0; k--) {
        if (!isnan(run->points[line][k - 1].y)) {
            return run->points[line][k - 1].y;
        }
    }
    return plot->rect.y + (double)plot->rect.height * (line + 1) / (VIZ_CHART_LINES_MAX + 1);
}

static void put_labels(const struct plot *plot, struct viz_rect gutter)
{
    const struct viz_page *page = plot->page;
    const char *role = viz_scene_format(page->scene, "%s/label", plot->chart.role);
    uint32_t order[VIZ_CHART_LINES_MAX] = {0, 1, 2};
    int tops[VIZ_CHART_LINES_MAX] = {0};
    uint32_t count = MIN(plot->chart.line_count, (uint32_t)(gutter.height / page->small_height));

    SIM_ASSERT(count <= VIZ_CHART_LINES_MAX);
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
        const struct viz_chart_line *line = &plot->chart.lines[order[i]];
        struct viz_rect place = {gutter.x, tops[i], gutter.width, page->small_height};
        const struct viz_words words = {.colour = line->colour, .ground = VIZ_COLOUR_PANEL};
        (void)viz_page_text(page, role, place, line->label, words);
    }
}

/* Between the words of the axis, the labels, and the times below. */
static void set_plot(struct plot *plot, struct viz_rect area, struct viz_rect *out_gutter)
{
    const struct viz_page *page = plot->page;
    int gap = viz_page_px(page, 6);
    int foot = page->small_height + gap / 2;
    int labels = labels_width(page, &plot->chart);

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
    const char *role = plot->chart.role;
    struct viz_rect gutter;

    set_plot(plot, area, &gutter);
    struct viz_rect times = {
        area.x,
        area.y + area.height - page->small_height,
        plot->rect.x + plot->rect.width - area.x,
        page->small_height};
    viz_page_outages(page, plot->rect, role);
    put_axis(plot, plot->rect.x - area.x - viz_page_px(page, 6));
    put_bounds(plot);
    for (uint32_t i = plot->run_count; i > 0; i--) {
        place_points(plot, &plot->runs[i - 1]);
        put_lines(plot, &plot->runs[i - 1]);
    }
    if (plot->chart.has_band && plot->runs[0].bucket_count > 1) {
        put_band(plot);
    }
    put_labels(plot, gutter);
    viz_page_time_axis(page, plot->rect, times, role);
}

static void add_run(struct plot *plot, const struct viz_story *story, int width)
{
    struct run *run = &plot->runs[plot->run_count];
    uint32_t fits = (uint32_t)CLAMP(width / 2, 2, BUCKETS_MAX);

    SIM_ASSERT(plot->run_count < RUNS_MAX);
    run->story = story;
    run->row_count = viz_chart_row_count(story);
    run->bucket_count = MIN(run->row_count, fits);
    plot->run_count++;
}

static char *heading_of(const struct plot *plot)
{
    const struct run *run = &plot->runs[0];

    if (run->row_count == 0) {
        return g_strdup("no figures yet");
    }
    const struct viz_row *row =
        &g_array_index(run->story->rows, struct viz_row, run->row_count - 1);
    return viz_chart_heading(&plot->chart, plot->panel, row);
}

void viz_panel_chart(const struct viz_page *page, struct viz_rect rect, enum viz_panel panel)
{
    struct plot *plot = g_new0(struct plot, 1);

    plot->page = page;
    plot->panel = panel;
    plot->chart = viz_chart_of(page, panel);
    add_run(plot, page->story, rect.width);
    if (page->other != NULL && page->other->topology.node_count > 0) {
        add_run(plot, page->other, rect.width);
    }
    g_autofree char *heading = heading_of(plot);
    const struct viz_panel_words words = {
        plot->chart.role, plot->chart.title, plot->chart.unit, heading};
    struct viz_rect area = viz_page_panel(page, rect, &words);
    if (area.height >= 3 * page->small_height && area.width >= 12 * page->small.size) {
        put_plot(plot, area);
    }
    g_free(plot);
}
