/* Where the percentiles at both ends of a range lie in one row, so does all between them; else the
 * range is halved. So few percentiles are asked for, as latencies lie in few rows. */
/* SPDX-License-Identifier: MIT */
#include "viz/heat.h"

#include <string.h>

#define PARTS 1024 /* of the values: the finest range */

struct sorting {
    const sim_histogram *histogram;
    uint64_t count;
    uint32_t *counts;
};

uint32_t viz_heat_row(int64_t latency)
{
    uint32_t row = 0;

    SIM_ASSERT(latency >= 0);
    while (row + 1 < VIZ_HEAT_ROWS && latency >= viz_feed_heat_edge(row + 1)) {
        row++;
    }
    return row;
}

/* The row of the value below which `part` of PARTS of the values lie. */
static uint32_t row_at(const struct sorting *sorting, uint32_t part)
{
    return viz_heat_row(sim_histogram_percentile(sorting->histogram, 100.0 * (double)part / PARTS));
}

static void add_range(const struct sorting *sorting, const uint32_t parts[2], uint32_t row)
{
    uint64_t begin = sorting->count * parts[0] / PARTS;
    uint64_t end = sorting->count * parts[1] / PARTS;

    SIM_ASSERT(begin <= end && row < VIZ_HEAT_ROWS);
    sorting->counts[row] += (uint32_t)(end - begin);
}

/* Depth: the logarithm of PARTS. */
static void sort_range(
    const struct sorting *sorting, const uint32_t parts[2], const uint32_t rows[2])
{
    if (rows[0] == rows[1] || parts[1] - parts[0] == 1) {
        add_range(sorting, parts, rows[1]);
        return;
    }
    uint32_t middle = (parts[0] + parts[1]) / 2;
    uint32_t row = row_at(sorting, middle);
    sort_range(sorting, (const uint32_t[]){parts[0], middle}, (const uint32_t[]){rows[0], row});
    sort_range(sorting, (const uint32_t[]){middle, parts[1]}, (const uint32_t[]){row, rows[1]});
}

void viz_heat_count(const sim_histogram *histogram, uint32_t out_counts[VIZ_HEAT_ROWS])
{
    struct sorting sorting = {histogram, sim_histogram_count(histogram), out_counts};

    SIM_ASSERT(sorting.count <= UINT32_MAX);
    memset(out_counts, 0, VIZ_HEAT_ROWS * sizeof(*out_counts));
    if (sorting.count > 0) {
        const uint32_t rows[] = {
            viz_heat_row(sim_histogram_min(histogram)), viz_heat_row(sim_histogram_max(histogram))};
        sort_range(&sorting, (const uint32_t[]){0, PARTS}, rows);
    }
}
