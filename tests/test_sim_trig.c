/* Tests of sim/trig: against libm's long double functions, and known bits.
 *
 * An error is measured in units in the last place of the exact result. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sim/math.h"
#include "sim/random.h"

#define TRIALS 200000

static double ulps(double found, long double exact)
{
    double nearest = fabs((double)exact);

    long double ulp = (long double)(nextafter(nearest, (double)INFINITY) - nearest);

    return (double)(fabsl((long double)found - exact) / ulp);
}

typedef double ours_fn(double x);
typedef long double theirs_fn(long double x);

/* Uniform on [low, high). */
static double largest_error(ours_fn *ours, theirs_fn *theirs, double low, double high)
{
    struct sim_stream stream = sim_stream_named(1, "arguments");
    double largest = 0;

    for (uint32_t i = 0; i < TRIALS; i++) {
        double x = low + (high - low) * sim_stream_unit(&stream);
        double error = ulps(ours(x), theirs((long double)x));
        largest = error > largest ? error : largest;
    }
    return largest;
}

static void sin_and_cos_are_within_an_ulp(void **state)
{
    (void)state;
    assert_true(largest_error(sim_math_sin, sinl, -7, 7) < 1);
    assert_true(largest_error(sim_math_cos, cosl, -7, 7) < 1);
    assert_true(largest_error(sim_math_sin, sinl, -1e6, 1e6) < 1);
    assert_true(largest_error(sim_math_cos, cosl, -1e6, 1e6) < 1);
    assert_true(largest_error(sim_math_sin, sinl, -1e-5, 1e-5) < 1);
}

static void sin_and_cos_refuse_what_has_no_angle(void **state)
{
    (void)state;
    assert_true(isnan(sim_math_sin((double)INFINITY)));
    assert_true(isnan(sim_math_cos(-(double)INFINITY)));
    assert_true(isnan(sim_math_sin((double)NAN)));
    assert_true(isnan(sim_math_cos(0x1p60)));
    assert_true(fpclassify(sim_math_sin(0)) == FP_ZERO);
    assert_true(fpclassify(sim_math_cos(0) - 1) == FP_ZERO);
}

/* ---- the same bits on every machine ---- */

static uint64_t digest_of(ours_fn *function, double low, double high)
{
    struct sim_stream stream = sim_stream_named(1, "digest");
    uint64_t digest = 0;

    for (uint32_t i = 0; i < 10000; i++) {
        double value = function(low + (high - low) * sim_stream_unit(&stream));
        uint64_t bits;
        memcpy(&bits, &value, sizeof(bits));
        digest = sim_random_mix(digest ^ bits);
    }
    return digest;
}

static void results_have_the_same_bits_on_every_machine(void **state)
{
    (void)state;
    assert_int_equal(digest_of(sim_math_sin, -30, 30), UINT64_C(0xb12939378219c627));
    assert_int_equal(digest_of(sim_math_cos, -30, 30), UINT64_C(0x2ab3639dc5afe5af));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sin_and_cos_are_within_an_ulp),
        cmocka_unit_test(sin_and_cos_refuse_what_has_no_angle),
        cmocka_unit_test(results_have_the_same_bits_on_every_machine),
    };

    return cmocka_run_group_tests_name("sim/trig", tests, NULL, NULL);
}
