/* Two runs of one scenario, in figures: A as it is, B with what was changed. */
/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "viz/axis.h"
#include "viz/chart.h"

struct figure {
    const char *name;
    enum viz_value value;
    enum { NEWEST, LARGEST, MEAN } of;
    bool is_latency;
};

static const struct figure figures[] = {
    {"served per second, mean", VIZ_VALUE_SERVED, MEAN, false},
    {"p50 now", VIZ_VALUE_P50, NEWEST, true},
    {"p99 now", VIZ_VALUE_P99, NEWEST, true},
    {"p99 at its worst", VIZ_VALUE_P99, LARGEST, true},
    {"in queues now", VIZ_VALUE_QUEUED, NEWEST, false},
    {"in queues at most", VIZ_VALUE_QUEUED, LARGEST, false},
    {"workers busy, %, mean", VIZ_VALUE_WORK, MEAN, false},
};

/* NaN: there is none. */
static double read_figure(const struct viz_story *story, const struct figure *figure)
{
    uint32_t count = viz_chart_row_count(story);
    double largest = (double)NAN;
    double newest = (double)NAN;
    double sum = 0;

    for (uint32_t i = 0; i < count; i++) {
        const struct viz_row *row = &g_array_index(story->rows, struct viz_row, i);
        newest = row->number > 0 ? viz_chart_value(row, figure->value) : (double)NAN;
        largest = fmax(largest, newest);
        sum += isnan(newest) ? 0 : newest;
    }
    if (figure->of == MEAN) {
        return count > 0 ? sum / count : (double)NAN;
    }
    return figure->of == LARGEST ? largest : newest;
}

static uint32_t count_broken(const struct viz_story *story)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < story->topology.check_count; i++) {
        count += story->frame.checks[i].failed > 0;
    }
    return count;
}

static const char *text_of(const struct viz_page *page, const struct figure *figure, double value)
{
    if (isnan(value)) {
        return "-";
    }
    g_autofree char *text = figure->is_latency ? viz_axis_latency(value) : viz_axis_number(value);
    return viz_scene_format(page->scene, "%s", text);
}

static const char *difference_of(const struct viz_page *page, double a, double b)
{
    double change = (b / a - 1) * 100;

    if (isnan(a) || isnan(b)) {
        return "-";
    }
    if (fabs(b - a) <= 0) {
        return "same";
    }
    if (fabs(a) <= 0) {
        return "more";
    }
    return change > 900 ? viz_scene_format(page->scene, "%.0f times", b / a)
                        : viz_scene_format(page->scene, "%+.0f %%", change);
}

/* Name, A, B, and the difference. */
static void put_line(const struct viz_page *page, struct viz_rect line, const char *const texts[4])
{
    static const int parts[] = {40, 20, 20, 20}; /* percent of the width */
    int x = line.x;

    for (int i = 0; i < 4; i++) {
        struct viz_rect place = {x, line.y, line.width * parts[i] / 100, line.height};
        const struct viz_words words = {
            .face = i == 3 ? page->strong : page->small,
            .colour = i == 0 ? VIZ_COLOUR_DIM : VIZ_COLOUR_TEXT,
            .ground = VIZ_COLOUR_PANEL,
            .align = i == 0 ? VIZ_ALIGN_LEFT : VIZ_ALIGN_RIGHT};
        (void)viz_page_text(
            page, i == 3 ? "compare/difference" : "compare", place, texts[i], words);
        x += line.width * parts[i] / 100;
    }
}

void viz_panel_compare(const struct viz_page *page, struct viz_rect rect)
{
    const struct viz_panel_words words = {
        "compare", "Differences", "B is thin and dotted in the charts", NULL};
    struct viz_rect area = viz_page_panel(page, rect, &words);
    int pitch = page->small_height + viz_page_px(page, 2);
    struct viz_rect line = {area.x, area.y, area.width, page->small_height};

    SIM_ASSERT(page->other != NULL);
    const char *const heads[] = {"", "A", "B", "B against A"};
    put_line(page, line, heads);
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++) {
        double a = read_figure(page->story, &figures[i]);
        double b = read_figure(page->other, &figures[i]);
        const char *const texts[] = {
            figures[i].name,
            text_of(page, &figures[i], a),
            text_of(page, &figures[i], b),
            difference_of(page, a, b)};
        line.y += pitch;
        if (viz_rect_contains(area, line)) {
            put_line(page, line, texts);
        }
    }
    uint32_t a = count_broken(page->story);
    uint32_t b = count_broken(page->other);
    const char *const texts[] = {
        "promises broken",
        viz_scene_format(page->scene, "%u", a),
        viz_scene_format(page->scene, "%u", b),
        difference_of(page, a, b)};
    line.y += pitch;
    if (viz_rect_contains(area, line)) {
        put_line(page, line, texts);
    }
}
