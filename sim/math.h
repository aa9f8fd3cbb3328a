/* sim/math.h - the elementary functions, the same bits on every machine.
 *
 * libm's log, exp, pow, sin ... differ in the last bit between libraries, and in one library
 * between processors with and without FMA. These are built from IEEE + - * / and sqrt alone, which
 * do not. Errors are below 1 ulp of the exact value (tests/test_sim_math.c holds them to it);
 * infinities, zeroes and NaN come and go as C says, without touching errno. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_MATH_H
#define SIM_MATH_H

#define SIM_MATH_PI 0x1.921fb54442d18p+1

double sim_math_exp(double x);
double sim_math_log(double x);
double sim_math_pow(double x, double y);

/* exp(x) - 1 and log(1 + x), exact also where x is near 0. */
double sim_math_expm1(double x);
double sim_math_log1p(double x);

/* Exact to 1 ulp for |x| up to 2^20 (a million radians); NaN beyond 2^52, where neighbouring
 * doubles are a whole radian apart. */
double sim_math_sin(double x);
double sim_math_cos(double x);

/* The natural logarithm of the gamma function, for x > 0. */
double sim_math_lgamma(double x);

#endif
