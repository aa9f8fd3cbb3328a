/* The bars k^-s stand under a hat: its integral from k - 1/2 to k + 1/2 is at least bar k, because
 * x^-s is convex. Inverting the integral at a uniform point finds a rank, which is kept if the
 * point falls into that rank's bar. With a(x) the integral of x^-s from 1 to x: a(x) = ((1 - s) log
 * x == 0) ? log x : (x^(1 - s) - 1) / (1 - s), written with expm1 and log1p so that nothing is lost
 * where s is near 1. */
/* SPDX-License-Identifier: MIT */
#include "sim/zipf.h"

#include <math.h>

#include "sim/math.h"

/* (exp(t) - 1) / t, and 1 at 0. */
static double expm1_ratio(double t)
{
    SIM_ASSERT(!isnan(t));

    return fabs(t) > 0x1p-60 ? sim_math_expm1(t) / t : 1;
}

/* log(1 + t) / t, and 1 at 0. */
static double log1p_ratio(double t)
{
    SIM_ASSERT(t >= -1);

    return fabs(t) > 0x1p-60 ? sim_math_log1p(t) / t : 1;
}

static double area(double x, double exponent)
{
    SIM_ASSERT(x > 0);

    double log_x = sim_math_log(x);

    return log_x * expm1_ratio((1 - exponent) * log_x);
}

static double inverse_area(double a, double exponent)
{
    SIM_ASSERT(exponent >= 0);

    double t = a * (1 - exponent);

    return sim_math_exp(a * log1p_ratio(t < -1 ? -1 : t));
}

static double bar(double k, double exponent)
{
    SIM_ASSERT(k >= 1);

    return sim_math_exp(-exponent * sim_math_log(k));
}

void sim_zipf_init(struct sim_zipf *zipf, double count, double exponent)
{
    SIM_ASSERT(count >= 1 && count <= 0x1p53);
    SIM_ASSERT(exponent >= 0);

    SIM_ASSERT(exponent < 0x1p53);
    zipf->count = count;
    zipf->exponent = exponent;
    zipf->area_first = area(1.5, exponent) - 1;
    zipf->area_last = area(count + 0.5, exponent);
    zipf->sure_within = 2 - inverse_area(area(2.5, exponent) - bar(2, exponent), exponent);
}

double sim_zipf_draw(const struct sim_zipf *zipf, struct sim_stream *stream)
{
    SIM_ASSERT(zipf->area_first <= zipf->area_last);

    double width = zipf->area_first - zipf->area_last;

    for (;;) {
        double a = zipf->area_last + sim_stream_unit(stream) * width;
        double x = inverse_area(a, zipf->exponent);
        double rank = floor(x + 0.5);
        rank = rank < 1 ? 1 : rank;
        rank = rank > zipf->count ? zipf->count : rank;
        if (rank - x <= zipf->sure_within ||
            a >= area(rank + 0.5, zipf->exponent) - bar(rank, zipf->exponent)) {
            return rank;
        }
    }
}

#define SUMMED_ONE_BY_ONE 64

/* The first terms one by one, smallest first; the others by Euler and Maclaurin (Abramowitz and
 * Stegun 23.1.30), whose next term is below 10^-13 of the first. */
double sim_zipf_sum(double count, double exponent)
{
    uint32_t direct = count < SUMMED_ONE_BY_ONE ? (uint32_t)count : SUMMED_ONE_BY_ONE;
    double sum = 0;

    SIM_ASSERT(count >= 1);
    for (uint32_t k = direct; k >= 1; k--) {
        sum += bar(k, exponent);
    }
    if (count > direct) {
        double first = bar(direct, exponent);
        double last = bar(count, exponent);
        sum += area(count, exponent) - area(direct, exponent) + (last - first) / 2;
        sum += exponent * (first / direct - last / count) / 12;
    }
    return sum;
}
