/* Time across, latency up, on the logarithm; how many messages, as brightness, on the logarithm
 * too, so that a few slow ones show beside thousands of fast ones. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/math.h"
#include "viz/axis.h"
#include "viz/page.h"

#define COLUMNS_MAX   600
#define ROWS_AT_LEAST 12 /* shown: two powers of ten */
#define ROWS_PER_TEN  6

struct map {
    const struct viz_page *page;
    struct viz_rect plot;
    uint32_t counts[COLUMNS_MAX][VIZ_HEAT_ROWS];
    uint32_t column_count;
    uint32_t most;
    uint32_t low; /* the rows that are shown: from low to before high */
    uint32_t high;
    uint32_t row_count; /* of the story, up to now */
};

static void count(struct map *map)
{
    const struct viz_story *story = map->page->story;
    sim_time past = (story->frame.now + 1) / story->topology.interval;

    map->row_count = (uint32_t)MIN((sim_time)story->rows->len, past);
    map->column_count = MIN(map->row_count, COLUMNS_MAX);
    for (uint32_t i = 0; i < map->row_count; i++) {
        const struct viz_row *row = &g_array_index(story->rows, struct viz_row, i);
        uint32_t column = (uint32_t)((uint64_t)i * map->column_count / map->row_count);
        for (uint32_t k = 0; k < VIZ_HEAT_ROWS; k++) {
            map->counts[column][k] += row->heat[k];
            map->most = MAX(map->most, map->counts[column][k]);
        }
    }
}

static bool has_row(const struct map *map, uint32_t row)
{
    for (uint32_t i = 0; i < map->column_count; i++) {
        if (map->counts[i][row] > 0) {
            return true;
        }
    }
    return false;
}

/* Whole powers of ten around everything that is there. */
static void find_range(struct map *map)
{
    uint32_t low = VIZ_HEAT_ROWS;
    uint32_t high = 0;

    for (uint32_t row = 0; row < VIZ_HEAT_ROWS; row++) {
        if (has_row(map, row)) {
            low = MIN(low, row);
            high = row + 1;
        }
    }
    low = high == 0 ? ROWS_PER_TEN : low;
    map->low = low / ROWS_PER_TEN * ROWS_PER_TEN;
    map->high = (high + ROWS_PER_TEN - 1) / ROWS_PER_TEN * ROWS_PER_TEN;
    map->high = MIN(MAX(map->high, map->low + ROWS_AT_LEAST), VIZ_HEAT_ROWS);
    map->low = MIN(map->low, map->high - ROWS_AT_LEAST);
}

static uint8_t level_of(uint32_t count, uint32_t most)
{
    if (count == 0) {
        return 0;
    }
    SIM_ASSERT(count <= most);
    double part = sim_math_log(1.0 + count) / sim_math_log(1.0 + most);
    return (uint8_t)(40 + part * 215); /* the darkest steps are hard to see on the ground */
}

/* Only the shown rows: they are put at the bottom of the cells, and the item is told so. */
static void put_cells(const struct map *map)
{
    const struct viz_page *page = map->page;
    const struct viz_topology *topology = &page->story->topology;
    uint8_t *cells = g_new0(uint8_t, (gsize)COLUMNS_MAX * VIZ_HEAT_ROWS);
    uint32_t rows = map->high - map->low;
    struct viz_rect rect = map->plot;

    for (uint32_t i = 0; i < map->column_count; i++) {
        for (uint32_t k = 0; k < rows; k++) {
            cells[i * rows + k] = level_of(map->counts[i][map->low + k], map->most);
        }
    }
    sim_time until = topology->interval * (sim_time)map->row_count;
    rect.width = viz_page_x_of(page, map->plot, until) - rect.x;
    struct viz_item *item =
        viz_scene_heat(page->scene, "heat/map", rect, cells, (int)map->column_count);
    item->rows = (int)rows;
    g_free(cells);
}

static void put_axis(const struct map *map, struct viz_rect words)
{
    const struct viz_page *page = map->page;
    const struct viz_words dim = {
        .colour = VIZ_COLOUR_DIM, .ground = VIZ_COLOUR_PANEL, .align = VIZ_ALIGN_RIGHT};
    uint32_t rows = map->high - map->low;

    for (uint32_t row = 0; row <= rows; row += ROWS_PER_TEN) {
        uint32_t edge = map->low + row;
        double latency = edge < VIZ_HEAT_ROWS ? (double)viz_feed_heat_edge(edge) : 100e9;
        g_autofree char *text = viz_axis_latency(latency);
        int y = map->plot.y + map->plot.height - map->plot.height * (int)row / (int)rows;
        struct viz_rect place = {
            words.x, y - page->small_height / 2, words.width, page->small_height};
        (void)viz_page_text(page, "heat/axis", place, text, dim);
    }
}

/* Where the scenario says that latencies are to end. */
static void put_bounds(const struct map *map)
{
    const struct viz_page *page = map->page;
    const struct viz_topology *topology = &page->story->topology;
    double low = sim_math_log((double)viz_feed_heat_edge(map->low));
    double rows = map->high - map->low;
    double per_row = sim_math_log(10) / ROWS_PER_TEN;

    for (uint32_t i = 0; i < topology->bound_count; i++) {
        const struct viz_bound *bound = &topology->bounds[i];
        double row = (sim_math_log(MAX(bound->limit, 1)) - low) / per_row;
        if (bound->series != VIZ_BOUND_LATENCY || row < 0 || row > rows) {
            continue;
        }
        double y = map->plot.y + map->plot.height * (1 - row / rows);
        const struct viz_point ends[] = {
            {viz_page_x_of(page, map->plot, bound->from), y},
            {viz_page_x_of(page, map->plot, MIN(bound->until, topology->duration)), y}};
        struct viz_item *item =
            viz_scene_points_item(page->scene, VIZ_ITEM_LINE, "heat/bound", ends, 2);
        item->colour = VIZ_COLOUR_TEXT;
        item->width = page->small.size * 0.12;
        item->dash = viz_page_px(page, 5);
    }
}

/* From few to many. */
static void put_scale(const struct viz_page *page, struct viz_rect line, uint32_t most)
{
    uint8_t cells[32 * VIZ_HEAT_ROWS] = {0};
    g_autofree char *number = viz_axis_number(most);
    const char *many = viz_scene_format(page->scene, "%s messages", number);
    const struct viz_words words = {
        .colour = VIZ_COLOUR_DIM, .ground = VIZ_COLOUR_PANEL, .align = VIZ_ALIGN_RIGHT};
    struct viz_item *text = viz_page_text(page, "heat/scale", line, many, words);
    int width = viz_page_px(page, 110);
    int gap = viz_page_px(page, 6);
    struct viz_rect bar = {
        text->rect.x - gap - width, line.y + line.height / 4, width, line.height / 2};
    struct viz_rect one = {line.x, line.y, bar.x - gap - line.x, line.height};

    for (uint32_t i = 0; i < 32; i++) {
        cells[i] = (uint8_t)(40 + i * 215 / 31);
    }
    if (bar.x < line.x + line.width / 3) {
        return;
    }
    struct viz_item *item = viz_scene_heat(page->scene, "heat/scale", bar, cells, 32);
    item->rows = 1;
    (void)viz_page_text(page, "heat/scale", one, "1", words);
}

void viz_panel_heat(const struct viz_page *page, struct viz_rect rect)
{
    const struct viz_panel_words words = {
        "heat",
        page->label != NULL ? page->label : "Latency heat map",
        "how many messages took how long",
        NULL};
    struct viz_rect area = viz_page_panel(page, rect, &words);
    int gap = viz_page_px(page, 6);
    int axis_width = viz_page_width(page, page->small, "100 ms");
    int foot = 2 * page->small_height + gap;
    struct map *map = g_new0(struct map, 1);

    map->page = page;
    map->plot = (struct viz_rect){
        area.x + axis_width + gap,
        area.y + page->small_height / 2,
        area.width - axis_width - 2 * gap,
        area.height - foot - page->small_height / 2};
    if (map->plot.height >= 2 * page->small_height && map->plot.width >= 100) {
        struct viz_rect axis = {area.x, area.y, axis_width, area.height};
        struct viz_rect times = {
            area.x, map->plot.y + map->plot.height + gap / 2, area.width, page->small_height};
        struct viz_rect scale = {
            area.x, area.y + area.height - page->small_height, area.width, page->small_height};
        count(map);
        find_range(map);
        viz_page_outages(page, map->plot, "heat/outage");
        put_cells(map);
        put_bounds(map);
        put_axis(map, axis);
        viz_page_time_axis(page, map->plot, times, "heat/time");
        put_scale(page, scale, map->most);
    }
    g_free(map);
}
