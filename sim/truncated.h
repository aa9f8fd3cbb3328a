/* sim/truncated.h - the part of a standard normal above a given point.
 *
 * A normal of mean m and deviation d that is drawn again until it is at least 0 is m + d x, with x
 * from the part above -m / d. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_TRUNCATED_H
#define SIM_TRUNCATED_H

#include "sim/random.h"

double sim_truncated_draw(double above, struct sim_stream *stream);

/* Johnson, Kotz and Balakrishnan, Continuous univariate distributions 1 (1994), 13.134 ff. */
double sim_truncated_mean(double above);
double sim_truncated_variance(double above);

#endif
