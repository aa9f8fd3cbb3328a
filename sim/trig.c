/* x = k pi/2 + r, |r| <= pi/4, then Taylor's series of r. What the reduction loses is carried
 * beside the value. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdint.h>

#include "sim/base.h"
#include "sim/math.h"
#include "sim/pair.h"

/* pi/2 in three parts of 33 bits and the rest. */
#define HALF_PI_1   0x1.921fb54400000p+0
#define HALF_PI_2   0x1.0b4611a600000p-34
#define HALF_PI_3   0x1.3198a2e000000p-69
#define HALF_PI_4   0x1.b839a252049c1p-104
#define TWO_OVER_PI 0x1.45f306dc9c883p-1

/* sin(r) for |r| <= pi/4: r - r^3/3! + r^5/5! - ... */
static double sin_reduced(struct sim_pair r)
{
    SIM_ASSERT(fabs(r.high) < 0.79);

    static const double c[] = {
        -1.0 / 6,
        1.0 / 120,
        -1.0 / 5040,
        1.0 / 362880,
        -1.0 / 39916800,
        1.0 / 6227020800,
        -1.0 / 1307674368000,
        1.0 / 355687428096000.0,
        -1.0 / 121645100408832000.0,
    };
    double z = r.high * r.high;

    return r.high +
           (r.high * z * sim_pair_polynomial(c, SIM_PAIR_LENGTH(c), z) + r.low * (1 - z / 2));
}

/* cos(r) for |r| <= pi/4: 1 - r^2/2! + r^4/4! - ... */
static double cos_reduced(struct sim_pair r)
{
    SIM_ASSERT(fabs(r.high) < 0.79);

    static const double c[] = {
        1.0 / 24,
        -1.0 / 720,
        1.0 / 40320,
        -1.0 / 3628800,
        1.0 / 479001600,
        -1.0 / 87178291200,
        1.0 / 20922789888000,
        -1.0 / 6402373705728000.0,
    };
    double z = r.high * r.high;
    struct sim_pair leading = sim_pair_sum(1, -z / 2);
    double square_low = sim_pair_product(r.high, r.high).low;

    return leading.high + (leading.low + (z * z * sim_pair_polynomial(c, SIM_PAIR_LENGTH(c), z) -
                                          r.high * r.low - square_low / 2));
}

/* x = quarter pi/2 + r. Each product with one of the first parts of pi/2 is exact for |x| below
 * 2^20 (Cody and Waite 1980). Returns r. */
static struct sim_pair reduce_by_half_pi(double x, uint32_t *out_quarter)
{
    SIM_ASSERT(fabs(x) < 0x1p52);

    double k = floor(x * TWO_OVER_PI + 0.5);
    struct sim_pair r = sim_pair_sum(x - k * HALF_PI_1, -k * HALF_PI_2);
    struct sim_pair rest = sim_pair_sum(-k * HALF_PI_3, -k * HALF_PI_4);

    *out_quarter = (uint32_t)((int64_t)k & 3);
    return sim_pair_add(r, rest);
}

/* sin(x + quarter pi/2) */
static double sin_shifted(double x, uint32_t shift)
{
    SIM_ASSERT(shift < 4);

    if (!(fabs(x) < 0x1p52)) {
        return (double)NAN;
    }

    uint32_t quarter;
    struct sim_pair r = reduce_by_half_pi(x, &quarter);
    quarter = (quarter + shift) & 3;
    double value = (quarter & 1) != 0 ? cos_reduced(r) : sin_reduced(r);
    return quarter >= 2 ? -value : value;
}

double sim_math_sin(double x)
{
    return sin_shifted(x, 0);
}

double sim_math_cos(double x)
{
    return sin_shifted(x, 1);
}
