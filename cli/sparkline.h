/* cli/sparkline.h - a time series in one line of text.
 *
 * Each column is drawn as high as its value is, from nothing to the maximum of the series; a column
 * without a value is a space. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_SPARKLINE_H
#define CLI_SPARKLINE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

enum cli_sparkline_merge {
    CLI_SPARKLINE_MEAN, /* rates */
    CLI_SPARKLINE_MAX,  /* levels and latencies: a peak must not vanish */
};

/* NaN stands for "no value"; all others are at least 0. */
struct cli_sparkline {
    const double *values;
    uint32_t count;
    uint32_t columns; /* values that share a column are merged; fewer values are stretched */
    enum cli_sparkline_merge merge;
    bool is_ascii;
};

void cli_sparkline_append(GString *out, const struct cli_sparkline *line);

/* The column in which the value of this index is drawn; the first of them, if there are several. */
uint32_t cli_sparkline_column(uint32_t index, uint32_t count, uint32_t columns);

#endif
