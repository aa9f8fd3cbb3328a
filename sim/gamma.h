/* sim/gamma.h - sums of waiting times: the gamma distribution, whose shape need not be whole. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_GAMMA_H
#define SIM_GAMMA_H

#include "sim/random.h"

/* Mean and variance are both `shape`, which is greater than 0 (Marsaglia and Tsang, "A simple
 * method for generating gamma variables", ACM TOMS 26(3), 2000). About one normal and one uniform.
 */
double sim_gamma_draw(double shape, struct sim_stream *stream);

#endif
