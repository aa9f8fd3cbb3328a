/* Argument reduction, then a power series.
 *
 * exp: x = k ln2 + r, |r| <= ln2 / 2, Taylor's series of r. log: x = 2^k m with m within sqrt2 of
 * 1, and the series of 2 atanh((m - 1) / (m + 1)). What a reduction
 * loses is carried beside the value as a second, small double (sim/pair.h), since the errors of
 * a reduction, not those of a series, are what spoils the last bit. The series are cut where the
 * next term is below 2^-60 of the result. */
/* SPDX-License-Identifier: MIT */
#include "sim/math.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sim/base.h"
#include "sim/pair.h"

/* ln2: LN2_HIGH has 40 bits, so that its product with an exponent is exact. */
#define LN2_HIGH      0x1.62e42fefa2000p-1
#define LN2_LOW       0x1.9ef35793c7673p-41
#define LOG2_E        0x1.71547652b82fep+0
#define SQRT_HALF     0x1.6a09e667f3bcdp-1

#define EXPONENT_BIAS 1023
#define EXPONENT_MIN  (-1022)
#define FRACTION_BITS 52
#define FRACTION_MASK ((UINT64_C(1) << FRACTION_BITS) - 1)

static uint64_t bits_of(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static double double_of(uint64_t bits)
{
    double x;

    memcpy(&x, &bits, sizeof(x));
    return x;
}

/* 2^k for a k that makes a normal number. */
static double power_of_two(int32_t k)
{
    SIM_ASSERT(k >= EXPONENT_MIN && k <= EXPONENT_BIAS);

    return double_of((uint64_t)(k + EXPONENT_BIAS) << FRACTION_BITS);
}

/* x 2^k, rounded once: only the last multiplication can leave the normal numbers. */
static double scale(double x, int32_t k)
{
    SIM_ASSERT(k > -2200 && k < 2200);

    const int32_t step = 1000;

    if (k > EXPONENT_BIAS) {
        return x * power_of_two(EXPONENT_BIAS) * power_of_two(k - EXPONENT_BIAS);
    }
    if (k < EXPONENT_MIN) {
        return x * power_of_two(k + step) * power_of_two(-step);
    }
    return x * power_of_two(k);
}

/* ---- exp ---- */

/* exp(r) - 1 - r for |r| <= ln2 / 2: r^2 / 2! + r^3 / 3! + ... */
static double exp_tail(double r)
{
    SIM_ASSERT(fabs(r) < 0.35);

    static const double inverse_factorials[] = {
        1.0 / 2,
        1.0 / 6,
        1.0 / 24,
        1.0 / 120,
        1.0 / 720,
        1.0 / 5040,
        1.0 / 40320,
        1.0 / 362880,
        1.0 / 3628800,
        1.0 / 39916800,
        1.0 / 479001600,
        1.0 / 6227020800,
    };

    return r * r * sim_pair_polynomial(inverse_factorials, SIM_PAIR_LENGTH(inverse_factorials), r);
}

/* x = k ln2 + r. Returns r; the part of x beyond a double goes into r.low. */
static struct sim_pair reduce_by_ln2(struct sim_pair x, int32_t *out_k)
{
    SIM_ASSERT(fabs(x.high) < 800);

    double quotient = x.high * LOG2_E;
    int32_t k = (int32_t)(quotient + (quotient < 0 ? -0.5 : 0.5));

    *out_k = k;
    return sim_pair_sum(x.high - k * LN2_HIGH, x.low - k * LN2_LOW);
}

/* exp(x) where the result is neither 0 nor infinite by far. */
static double exp_of_pair(struct sim_pair x)
{
    SIM_ASSERT(fabs(x.low) <= fabs(x.high) || fpclassify(x.high) == FP_ZERO);

    int32_t k;
    struct sim_pair r = reduce_by_ln2(x, &k);

    return scale(1 + (r.high + (exp_tail(r.high) + r.low * (1 + r.high))), k);
}

#define EXP_MAX 709.8    /* exp of more is infinite */
#define EXP_MIN (-745.2) /* exp of less is 0 */

double sim_math_exp(double x)
{
    if (isnan(x)) {
        return x;
    }
    if (x > EXP_MAX) {
        return (double)INFINITY;
    }
    if (x < EXP_MIN) {
        return 0;
    }
    return exp_of_pair((struct sim_pair){x, 0});
}

double sim_math_expm1(double x)
{
    const double all_lost = -40; /* exp of less is below half an ulp of 1 */

    if (isnan(x) || fabs(x) < 0x1p-54) {
        return x;
    }
    if (x > EXP_MAX) {
        return (double)INFINITY;
    }
    if (x < all_lost) {
        return -1;
    }

    int32_t k;
    struct sim_pair r = reduce_by_ln2((struct sim_pair){x, 0}, &k);
    double tail = exp_tail(r.high) + r.low * (1 + r.high);
    SIM_ASSERT(k > -60 && k < 1100 && fabs(r.high) < 0.4);
    if (k == 0) {
        return r.high + tail;
    }
    if (k > FRACTION_BITS + 1) {
        return scale(1 + (r.high + tail), k);
    }
    /* 2^k (1 + r + tail) - 1: the two constants first, exactly. */
    double power = power_of_two(k);
    struct sim_pair sum = sim_pair_sum(power - 1, power * r.high);
    return sum.high + (sum.low + power * tail);
}

/* ---- log ---- */

/* x = 2^k m, sqrt(1/2) <= m < sqrt(2), for a positive finite x. Returns m. */
static double split_exponent(double x, int32_t *out_k)
{
    SIM_ASSERT(x > 0 && !isinf(x));

    int32_t k = 0;

    if (x < 0x1p-1022) {
        x *= 0x1p54;
        k = -54;
    }
    uint64_t bits = bits_of(x);
    k += (int32_t)(bits >> FRACTION_BITS) - (EXPONENT_BIAS - 1);
    double m = double_of((bits & FRACTION_MASK) | (uint64_t)(EXPONENT_BIAS - 1) << FRACTION_BITS);
    if (m < SQRT_HALF) {
        m *= 2;
        k--;
    }
    SIM_ASSERT(m >= SQRT_HALF && m < 2 * SQRT_HALF);
    *out_k = k;
    return m;
}

/* With z = s^2 and atanh(s) = s (1 + z (1/3 + z atanh_tail(z))): 1/5 + z/7 + z^2/9 + ... */
static double atanh_tail(double z)
{
    SIM_ASSERT(z >= 0 && z < 0.03);

    static const double inverse_odds[] = {
        1.0 / 5,
        1.0 / 7,
        1.0 / 9,
        1.0 / 11,
        1.0 / 13,
        1.0 / 15,
        1.0 / 17,
        1.0 / 19,
        1.0 / 21,
        1.0 / 23,
    };

    return sim_pair_polynomial(inverse_odds, SIM_PAIR_LENGTH(inverse_odds), z);
}

/* k ln2 + log(1 + f + low), |f| < 0.42, |low| an ulp or two. With s = f / (2 + f), log(1 + f) is
 * 2 atanh(s), and 2 s = f - s f, so that the largest term, f, is exact. */
static double log_reduced(double f, double low, int32_t k)
{
    SIM_ASSERT(f > -0.3 && f < 0.42);

    double s = f / (2 + f);
    double z = s * s;
    double half_square = f * f / 2;
    double series = 2 * z * (1.0 / 3 + z * atanh_tail(z));
    double small = s * (half_square + series) + (low + k * LN2_LOW);

    if (k == 0) {
        struct sim_pair leading = sim_pair_sum(f, -half_square);
        struct sim_pair square = sim_pair_product(f, f);
        return leading.high + (leading.low + (small - square.low / 2));
    }
    return k * LN2_HIGH - ((half_square - small) - f);
}

/* What log says of what is not a positive finite number. */
static double log_special(double x)
{
    SIM_ASSERT(!(x > 0) || isinf(x));

    if (isnan(x) || (isinf(x) && x > 0)) {
        return x;
    }
    return x < 0 ? (double)NAN : (double)-INFINITY;
}

static bool is_positive_finite(double x)
{
    return x > 0 && !isinf(x);
}

double sim_math_log(double x)
{
    if (!is_positive_finite(x)) {
        return log_special(x);
    }

    int32_t k;
    double m = split_exponent(x, &k);
    SIM_ASSERT(m >= SQRT_HALF && m < 2 * SQRT_HALF + 1e-9);
    return log_reduced(m - 1, 0, k);
}

double sim_math_log1p(double x)
{
    const double whole = 0x1p60; /* adding 1 to more changes nothing */

    if (isnan(x) || fabs(x) < 0x1p-54) {
        return x;
    }
    if (!is_positive_finite(1 + x)) {
        return log_special(1 + x);
    }
    if (x > whole) {
        return sim_math_log(x);
    }
    if (x > -0.29 && x < 0.41) {
        return log_reduced(x, 0, 0);
    }

    struct sim_pair sum = sim_pair_sum(1, x);
    int32_t k;
    double m = split_exponent(sum.high, &k);
    SIM_ASSERT(m >= SQRT_HALF && fabs(sum.low) < sum.high);
    return log_reduced(m - 1, sum.low / sum.high, k);
}

/* log(x) to about 2^-100, for pow. */
static struct sim_pair log_pair(double x)
{
    SIM_ASSERT(x > 0 && !isinf(x));

    const struct sim_pair third = {0x1.5555555555555p-2, 0x1.5555555555555p-56};
    int32_t k;
    double m = split_exponent(x, &k);
    double f = m - 1;
    struct sim_pair denominator = sim_pair_sum(2, f);

    struct sim_pair s = {.high = f / denominator.high};
    struct sim_pair back = sim_pair_product(s.high, denominator.high);
    s.low = (((f - back.high) - back.low) - s.high * denominator.low) / denominator.high;

    struct sim_pair z = sim_pair_multiply(s, s);
    struct sim_pair series = sim_pair_multiply(z, third);
    series = sim_pair_add(series, (struct sim_pair){z.high * z.high * atanh_tail(z.high), 0});
    struct sim_pair atanh = sim_pair_add(s, sim_pair_multiply(s, series));

    struct sim_pair exponent = sim_pair_sum(k * LN2_HIGH, k * LN2_LOW);
    return sim_pair_add(exponent, (struct sim_pair){2 * atanh.high, 2 * atanh.low});
}

/* ---- pow ---- */

static bool is_zero(double x)
{
    return fpclassify(x) == FP_ZERO;
}

static bool is_integer(double y)
{
    return is_zero(y - floor(y));
}

static bool is_odd(double y)
{
    SIM_ASSERT(!isnan(y));

    return is_integer(y) && fabs(y) < 0x1p53 && !is_zero(fmod(y, 2));
}

/* x^y for x > 0, both finite. */
static double pow_positive(double x, double y)
{
    SIM_ASSERT(x > 0 && !isinf(x) && !isinf(y));

    struct sim_pair log_x = log_pair(x);
    double estimate = y * log_x.high;

    if (estimate > EXP_MAX) {
        return (double)INFINITY;
    }
    if (estimate < EXP_MIN) {
        return 0;
    }
    if (fabs(estimate) < 0x1p-54) {
        return 1 + estimate;
    }
    SIM_ASSERT(estimate >= EXP_MIN && estimate <= EXP_MAX);
    struct sim_pair exponent = sim_pair_product(y, log_x.high);
    exponent.low += y * log_x.low;
    return exp_of_pair(sim_pair_sum(exponent.high, exponent.low));
}

/* |x|^y where x is 0 or infinite. */
static double pow_of_extreme(double x, double y)
{
    SIM_ASSERT(is_zero(x) || isinf(x));

    return is_zero(x) == (y > 0) ? 0 : (double)INFINITY;
}

/* |x|^y where y is infinite. */
static double pow_to_extreme(double x, double y)
{
    SIM_ASSERT(isinf(y));

    if (is_zero(fabs(x) - 1)) {
        return 1;
    }
    return (fabs(x) > 1) == (y > 0) ? (double)INFINITY : 0;
}

double sim_math_pow(double x, double y)
{
    if (is_zero(y) || is_zero(x - 1)) {
        return 1;
    }
    if (isnan(x) || isnan(y)) {
        return x + y;
    }
    if (isinf(y)) {
        return pow_to_extreme(x, y);
    }
    SIM_ASSERT(isfinite(y));
    double sign = signbit(x) && is_odd(y) ? -1 : 1;
    if (is_zero(x) || isinf(x)) {
        return sign * pow_of_extreme(x, y);
    }
    if (x < 0 && !is_integer(y)) {
        return (double)NAN;
    }
    return sign * pow_positive(fabs(x), y);
}

/* ---- the gamma function ---- */

/* Stirling's series (Abramowitz and Stegun 6.1.41), after raising x above 12 by
 * gamma(x + 1) = x gamma(x). */
double sim_math_lgamma(double x)
{
    static const double c[] = {
        1.0 / 12,
        -1.0 / 360,
        1.0 / 1260,
        -1.0 / 1680,
        1.0 / 1188,
        -691.0 / 360360,
        1.0 / 156,
    };
    const double half_log_two_pi = 0x1.d67f1c864beb5p-1;

    if (isnan(x) || x <= 0) {
        return (double)NAN;
    }
    double product = 1;
    while (x < 12) {
        product *= x;
        x += 1;
    }
    SIM_ASSERT(x >= 12 && product > 0);
    double inverse = 1 / x;
    double stirling = (x - 0.5) * sim_math_log(x) - x + half_log_two_pi;
    stirling += inverse * sim_pair_polynomial(c, SIM_PAIR_LENGTH(c), inverse * inverse);
    return stirling - sim_math_log(product);
}
