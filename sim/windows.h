/* sim/windows.h - what was recorded in each sampling interval, kept, so that the percentiles of any
 * window of time can be asked afterwards.
 *
 * An interval takes 8 bytes for each bucket of its histogram in use, and 48 besides; an interval in
 * which nothing was recorded takes nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_WINDOWS_H
#define SIM_WINDOWS_H

#include <stdint.h>

#include "sim/histogram.h"

typedef struct sim_windows sim_windows;

sim_windows *sim_windows_create(void);
void sim_windows_destroy(sim_windows *windows);

/* Keeps a histogram as that of an interval, later than any kept before. */
void sim_windows_keep(sim_windows *windows, uint32_t interval, const sim_histogram *histogram);

/* Adds what was recorded in intervals `first` .. `end` - 1 to a histogram, as if it had been
 * recorded there. */
void sim_windows_collect(
    const sim_windows *windows, uint32_t first, uint32_t end, sim_histogram *histogram);

/* Bytes of memory held. */
uint64_t sim_windows_size(const sim_windows *windows);

#endif
