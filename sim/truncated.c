/* Up to half a deviation above the mean, normals are drawn until one is high enough. Beyond, an
 * exponential of the right rate is a better hat (Robert, "Simulation of truncated normal
 * variables", Statistics and Computing 5, 1995). */
/* SPDX-License-Identifier: MIT */
#include "sim/truncated.h"

#include <math.h>

#include "sim/math.h"

#define REJECT_BELOW 0.5

static double draw_tail(double above, struct sim_stream *stream)
{
    SIM_ASSERT(above > 0);

    double rate = (above + sqrt(above * above + 4)) / 2;

    for (;;) {
        double x = above + sim_stream_exponential(stream) / rate;
        double excess = x - rate;
        if (2 * sim_stream_exponential(stream) >= excess * excess) {
            return x;
        }
    }
}

double sim_truncated_draw(double above, struct sim_stream *stream)
{
    SIM_ASSERT(!isnan(above));

    if (above > REJECT_BELOW) {
        return draw_tail(above, stream);
    }
    double x;
    do {
        x = sim_stream_normal(stream);
    } while (x < above);
    return x;
}

#define SERIES_BELOW   3.0
#define SERIES_TERMS   60
#define FRACTION_TERMS 120

static double density(double x)
{
    SIM_ASSERT(!isnan(x));

    const double root_two_pi = 0x1.40d931ff62706p+1;

    return sim_math_exp(-x * x / 2) / root_two_pi;
}

/* The probability between 0 and x (Abramowitz and Stegun 26.2.11). */
static double probability_from_zero(double x)
{
    SIM_ASSERT(fabs(x) <= SERIES_BELOW);

    double term = x;
    double sum = x;

    for (uint32_t i = 1; i < SERIES_TERMS; i++) {
        term *= x * x / (2 * i + 1);
        sum += term;
    }
    return density(x) * sum;
}

/* density(x) over the probability above x. Far above, by Laplace's continued fraction (26.2.14). */
static double hazard(double x)
{
    SIM_ASSERT(!isnan(x));

    if (x < -SERIES_BELOW) {
        double below = density(x) / hazard(-x);
        return density(x) / (1 - below);
    }
    if (x < SERIES_BELOW) {
        return density(x) / (0.5 - probability_from_zero(x));
    }
    double fraction = x;
    for (uint32_t i = FRACTION_TERMS; i > 0; i--) {
        fraction = x + i / fraction;
    }
    return fraction;
}

double sim_truncated_mean(double above)
{
    SIM_ASSERT(!isnan(above));

    return hazard(above);
}

double sim_truncated_variance(double above)
{
    SIM_ASSERT(!isnan(above));

    const double far = 1000; /* from here on the difference below loses more than this series */

    if (above > far) {
        double inverse_square = 1 / (above * above);
        return inverse_square * (1 - 6 * inverse_square);
    }
    double h = hazard(above);
    SIM_ASSERT(h > above);
    return 1 - h * (h - above);
}
