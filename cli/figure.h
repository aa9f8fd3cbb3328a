/* cli/figure.h - a number in the summary of many runs: its mean, and how far to trust it. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_FIGURE_H
#define CLI_FIGURE_H

#include <stdint.h>

#define CLI_FIGURE_CONFIDENCE 0.95

struct cli_figure {
    double mean;
    double half_width; /* of the interval around it (sim/stats.h); infinite for one value */
    double least;
    double most;
    uint32_t count; /* of values; 0: the rest means nothing */
};

/* Of one value for each run, in a fixed order; a NaN stands for a run that has none. Changes the
 * order of nothing, and keeps nothing. */
struct cli_figure cli_figure_of(const double *values, uint32_t count);

#endif
