/* sim/stats.h - how far a measured mean can be trusted.
 *
 * The mean of a simulation's output errs for two reasons: the run starts empty, which the deletion
 * of a warm-up mends, and it is finite, which a confidence interval states. Values of one run
 * depend on each other; means of replications, or of long batches, hardly do. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_STATS_H
#define SIM_STATS_H

#include <stdint.h>

/* The exact mean lies within half_width of `mean` with the confidence asked for. */
struct sim_interval {
    double mean;
    double half_width; /* infinite for fewer than two values */
};

/* Of independent values, by Student's t. `confidence` is above 0 and below 1; 0.95 is usual. */
struct sim_interval sim_stats_interval(const double *values, uint32_t count, double confidence);

/* Of one run's values in order, as those of the means of `batch_count` equal batches, at least 2;
 * values left over are dropped from the start. Batches should be many times longer than the time
 * over which values depend on each other; 20 to 30 of them do (Schmeiser 1982). */
struct sim_interval sim_stats_batch_means(
    const double *values, uint32_t count, uint32_t batch_count, double confidence);

/* Of the ratio of two sums, for instance of the mean of what came in varying numbers: as those of
 * the ratio in each of `batch_count` equal batches. Batches whose denominators are all 0 have none
 * and count for nothing. */
struct sim_interval sim_stats_batch_ratios(
    const double *numerators,
    const double *denominators,
    uint32_t count,
    uint32_t batch_count,
    double confidence);

/* How many values to delete from the start of a run: those before the point where the estimated
 * error of the remaining mean is least, at most half (MSER-5: White, Cobb and Spratt, "A comparison
 * of five steady-state truncation heuristics for simulation", WSC 2000). A multiple of 5. */
uint32_t sim_stats_warm_up(const double *values, uint32_t count);

/* The t that Student's distribution of so many degrees of freedom keeps within -t .. t with this
 * confidence. To ten digits. */
double sim_stats_student(double confidence, uint32_t degrees);

#endif
