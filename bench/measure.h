/* bench/measure.h - what the programs of bench/ share: processor time, medians, the table of bars.
 *
 * A figure in ns says little on a machine that others use too. So each is taken beside a yardstick,
 * in turns, and printed with their ratio. A bar is what the project promises, in ns or as a ratio.
 */
/* SPDX-License-Identifier: MIT */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>

enum bench_bar_kind {
    BENCH_BAR_NONE,
    BENCH_BAR_VALUE, /* `bar` is the most the value may be */
    BENCH_BAR_RATIO, /* ... the most the ratio may be */
};

struct bench_figure {
    const char *name;
    double value;
    const char *unit;
    double ratio;          /* of the value to the yardstick's; the median of turns */
    const char *yardstick; /* NULL: none */
    enum bench_bar_kind bar_kind;
    double bar;
};

/* Of this process, in ns. */
double bench_now_ns(void);

/* Sorts the values. Of an even number, the upper one of the two in the middle. */
double bench_median(double *values, size_t count);

/* One table: figure, ratio, bar, and whether it is met. */
void bench_print_figures(const struct bench_figure *figures, size_t count);

#endif
