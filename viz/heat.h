/* viz/heat.h - a histogram's values, sorted into the rows of the latency heat map. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_HEAT_H
#define VIZ_HEAT_H

#include <stdint.h>

#include "sim/histogram.h"
#include "viz/feed.h"

/* The counts of all rows add up to that of the histogram. Each is right to within 0.1 % of the
 * whole, and the histogram's own 1 % of a value at the edges. */
void viz_heat_count(const sim_histogram *histogram, uint32_t out_counts[VIZ_HEAT_ROWS]);

/* The row of a latency. */
uint32_t viz_heat_row(int64_t latency);

#endif
