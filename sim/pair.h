/* sim/pair.h - numbers of twice the digits, for what spoils the last bit of a function.
 *
 * The error of a sum or a product of two doubles is itself a double. It is kept beside the value.
 */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_PAIR_H
#define SIM_PAIR_H

#include <math.h>
#include <stdint.h>

#include "sim/base.h"

/* A number as the sum of two doubles, the second at most half an ulp of the first. */
struct sim_pair {
    double high;
    double low;
};

/* a + b exactly (Knuth, The Art of Computer Programming 2, 4.2.2, theorem B). */
static inline struct sim_pair sim_pair_sum(double a, double b)
{
    double high = a + b;
    double b_part = high - a;

    return (struct sim_pair){high, (a - (high - b_part)) + (b - b_part)};
}

/* Larger factors would overflow when they are split. */
#define SIM_PAIR_FACTOR_MAX 0x1p970

/* a b exactly (Dekker 1971: each factor is split into halves of 26 bits). */
static inline struct sim_pair sim_pair_product(double a, double b)
{
    SIM_ASSERT(fabs(a) < SIM_PAIR_FACTOR_MAX && fabs(b) < SIM_PAIR_FACTOR_MAX);

    const double splitter = 0x1p27 + 1;
    double a_big = a * splitter;
    double a_high = a_big - (a_big - a);
    double a_low = a - a_high;
    double b_big = b * splitter;
    double b_high = b_big - (b_big - b);
    double b_low = b - b_high;
    double high = a * b;
    double low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low;

    return (struct sim_pair){high, low};
}

static inline struct sim_pair sim_pair_add(struct sim_pair a, struct sim_pair b)
{
    SIM_ASSERT(fabs(a.low) <= fabs(a.high) || fpclassify(a.high) == FP_ZERO);

    struct sim_pair sum = sim_pair_sum(a.high, b.high);

    return sim_pair_sum(sum.high, sum.low + (a.low + b.low));
}

static inline struct sim_pair sim_pair_multiply(struct sim_pair a, struct sim_pair b)
{
    struct sim_pair product = sim_pair_product(a.high, b.high);

    return sim_pair_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

/* c[0] + c[1] x + ... + c[count - 1] x^(count - 1) */
static inline double sim_pair_polynomial(const double *c, uint32_t count, double x)
{
    SIM_ASSERT(count > 0);

    double sum = c[count - 1];
    for (uint32_t i = count - 1; i > 0; i--) {
        sum = sum * x + c[i - 1];
    }
    return sum;
}

#define SIM_PAIR_LENGTH(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

#endif
