/* sim/zipf.h - ranks whose probability falls with a power of the rank, as popularity does.
 *
 * P(k) is proportional to k^-exponent for k = 1 .. count. A draw is exact and takes a bounded
 * number of steps on average whatever the count, with no table: rejection-inversion (Hoermann and
 * Derflinger, "Rejection-inversion to generate variates from monotone discrete distributions", ACM
 * TOMACS 6(3), 1996). */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_ZIPF_H
#define SIM_ZIPF_H

#include "sim/base.h"
#include "sim/random.h"

struct sim_zipf {
    double count;
    double exponent;
    double area_first;  /* where the inversion starts: below rank 1's bar */
    double area_last;   /* where it ends: at count + 1/2 */
    double sure_within; /* a rank this little above the inverted point needs no test */
};

/* `count` is an integer from 1 to 2^53, `exponent` is at least 0 (0: every rank alike). */
void sim_zipf_init(struct sim_zipf *zipf, double count, double exponent);

double sim_zipf_draw(const struct sim_zipf *zipf, struct sim_stream *stream);

/* The sum of k^-exponent for k = 1 .. count, to about 13 digits, in constant time. */
double sim_zipf_sum(double count, double exponent);

#endif
