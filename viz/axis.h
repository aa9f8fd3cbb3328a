/* viz/axis.h - where an axis has its ticks, and what stands at them. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_AXIS_H
#define VIZ_AXIS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "sim/base.h"

#define VIZ_TICKS_MAX 12

struct viz_axis {
    bool is_log;
    double low; /* of a logarithmic axis: above 0 */
    double high;
    uint32_t tick_count;
    double ticks[VIZ_TICKS_MAX];
};

/* From 0 to at least `high`, which is not negative, with steps of 1, 2 or 5 times a power of ten:
 * at most `ticks_max` of them, which is at least 2. */
struct viz_axis viz_axis_linear(double high, uint32_t ticks_max);

/* From a power of ten at or below `low`, which is above 0, to one at or above `high`: one tick at
 * each, or at every second, third... where there would be more than `ticks_max`. */
struct viz_axis viz_axis_log(double low, double high, uint32_t ticks_max);

/* From 0 to `end` exactly, with ticks at whole seconds, minutes and hours of round number. */
struct viz_axis viz_axis_time(sim_time end, uint32_t ticks_max);

/* How far up the value is: 0 at the low end, 1 at the high one; beyond the ends it is cut. */
double viz_axis_place(const struct viz_axis *axis, double value);

/* ---- figures on axes and beside them, short; each to be g_free()d ---- */

/* "0", "0.5", "12", "1.2k", "34M" */
char *viz_axis_number(double number);

/* Nanoseconds: "100 us", "20 ms", "1.5 s", "2 min"; the micro sign is one. */
char *viz_axis_latency(double nanoseconds);

/* A moment of the run: "0", "30 s", "1:30", "2:00:00". */
char *viz_axis_moment(sim_time moment);

#endif
