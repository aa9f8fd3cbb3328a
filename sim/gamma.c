/* d (1 + c normal)^3 is nearly a gamma; a rejection makes it exact. The test with logarithms is
 * needed once in 12 draws or less, since a polynomial accepts most points beforehand. */
/* SPDX-License-Identifier: MIT */
#include "sim/gamma.h"

#include <math.h>

#include "sim/math.h"

/* For shape >= 1. */
static double draw_hump(double shape, struct sim_stream *stream)
{
    double d = shape - 1.0 / 3;
    double c = 1 / sqrt(9 * d);

    SIM_ASSERT(shape >= 1);
    for (;;) {
        double x = sim_stream_normal(stream);
        double root = 1 + c * x;
        if (root <= 0) {
            continue;
        }
        double v = root * root * root;
        double u = sim_stream_unit(stream);
        if (u < 1 - 0.0331 * (x * x) * (x * x)) {
            return d * v;
        }
        if (sim_math_log(u) < x * x / 2 + d * (1 - v + sim_math_log(v))) {
            return d * v;
        }
    }
}

/* Below 1: a gamma of shape + 1 times u^(1 / shape), as in section 6 there. */
double sim_gamma_draw(double shape, struct sim_stream *stream)
{
    SIM_ASSERT(shape > 0);

    if (shape >= 1) {
        return draw_hump(shape, stream);
    }
    SIM_ASSERT(1 / shape > 1);
    double power = sim_math_exp(-sim_stream_exponential(stream) / shape);
    return draw_hump(shape + 1, stream) * power;
}
