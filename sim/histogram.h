/* sim/histogram.h - a log-linear histogram of non-negative integers.
 *
 * HdrHistogram's idea (Tene): each power of two is cut into equal buckets, so every recorded value
 * is known to within 1 %, from 1 ns to more than a day, in constant memory. Count, sum, minimum and
 * maximum are exact. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_HISTOGRAM_H
#define SIM_HISTOGRAM_H

#include <stdint.h>

#include "sim/base.h"

typedef struct sim_histogram sim_histogram;

sim_histogram *sim_histogram_create(void);
void sim_histogram_destroy(sim_histogram *histogram);

void sim_histogram_record(sim_histogram *histogram, int64_t value);

/* The same value in two histograms, for less than twice the work. */
void sim_histogram_record_both(sim_histogram *histogram, sim_histogram *other, int64_t value);

void sim_histogram_merge(sim_histogram *histogram, const sim_histogram *other);
void sim_histogram_clear(sim_histogram *histogram);

/* ---- without the empty buckets ---- */

/* What a histogram knows exactly. */
struct sim_histogram_summary {
    uint64_t sum_low; /* 128 bits */
    uint64_t sum_high;
    int64_t min;
    int64_t max;
};

/* How many buckets are not empty. */
uint32_t sim_histogram_used(const sim_histogram *histogram);

/* Writes one number for each of them, in order. A bucket holds less than 2^51 values. */
struct sim_histogram_summary sim_histogram_pack(
    const sim_histogram *histogram, uint64_t *out_buckets);

/* Merges what was packed. */
void sim_histogram_unpack(
    sim_histogram *histogram,
    const struct sim_histogram_summary *summary,
    const uint64_t *buckets,
    uint64_t count);

/* ---- what was recorded ---- */

uint64_t sim_histogram_count(const sim_histogram *histogram);

/* All are 0 while nothing is recorded. */
double sim_histogram_mean(const sim_histogram *histogram);
int64_t sim_histogram_min(const sim_histogram *histogram);
int64_t sim_histogram_max(const sim_histogram *histogram);

/* The smallest bucket's upper edge that `percent` (0 to 100) of the values do not exceed, never
 * beyond the maximum. */
int64_t sim_histogram_percentile(const sim_histogram *histogram, double percent);

#endif
