/* The values are summed in the order in which they come, so that the same list gives the same bits.
 */
/* SPDX-License-Identifier: MIT */
#include "cli/figure.h"

#include <math.h>

#include <glib.h>

#include "sim/stats.h"

struct cli_figure cli_figure_of(const double *values, uint32_t count)
{
    double *present = g_new(double, count);
    struct cli_figure figure = {.least = (double)INFINITY, .most = -(double)INFINITY};

    for (uint32_t i = 0; i < count; i++) {
        if (!isnan(values[i])) {
            figure.least = MIN(figure.least, values[i]);
            figure.most = MAX(figure.most, values[i]);
            present[figure.count] = values[i];
            figure.count++;
        }
    }
    struct sim_interval interval = sim_stats_interval(present, figure.count, CLI_FIGURE_CONFIDENCE);
    g_free(present);
    figure.mean = interval.mean;
    figure.half_width = interval.half_width;
    return figure;
}
