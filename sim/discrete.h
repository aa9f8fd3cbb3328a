/* sim/discrete.h - distributions given by a table: weighted values, and observed samples.
 *
 * A table is built once and then only read, so one may serve many streams. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_DISCRETE_H
#define SIM_DISCRETE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base.h"
#include "sim/random.h"

/* Where a table was refused: the index of the entry, and what it must be. */
struct sim_discrete_error {
    uint32_t index;
    const char *requirement;
};

typedef struct sim_discrete sim_discrete;

/* Value i with a probability in proportion to weight i, in O(1) (Walker 1977). Values are finite;
 * weights are finite, at least 0, and one is above 0. Returns NULL and sets *out_error when they
 * are not. */
SIM_MUST_USE sim_discrete *sim_discrete_create(
    const double *values,
    const double *weights,
    uint32_t count,
    struct sim_discrete_error *out_error);

/* What was observed, smoothed: the distribution whose inverse joins the sorted samples by straight
 * lines. Samples are finite; there are at least two. Returns NULL and sets *out_error when not. */
SIM_MUST_USE sim_discrete *sim_discrete_create_empirical(
    const double *samples, uint32_t count, struct sim_discrete_error *out_error);

void sim_discrete_destroy(sim_discrete *discrete);

double sim_discrete_draw(const sim_discrete *discrete, struct sim_stream *stream);

double sim_discrete_mean(const sim_discrete *discrete);
double sim_discrete_variance(const sim_discrete *discrete);
double sim_discrete_least(const sim_discrete *discrete); /* of the values; O(count) */

#endif
