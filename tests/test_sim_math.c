/* Tests of sim/math: against libm's long double functions, and known bits.
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

static double log_of_exp(double x)
{
    return sim_math_log(exp(x));
}

static long double long_log_of_exp(long double x)
{
    return logl((long double)exp((double)x));
}

static double log1p_of_exp(double x)
{
    return sim_math_log1p(exp(x));
}

static long double long_log1p_of_exp(long double x)
{
    return log1pl((long double)exp((double)x));
}

static void exp_is_within_an_ulp(void **state)
{
    (void)state;
    assert_true(largest_error(sim_math_exp, expl, -700, 709) < 1);
    assert_true(largest_error(sim_math_exp, expl, -1, 1) < 1);
    assert_true(largest_error(sim_math_exp, expl, -1e-9, 1e-9) < 1);
}

static void expm1_is_within_an_ulp_and_a_half(void **state)
{
    (void)state;
    assert_true(largest_error(sim_math_expm1, expm1l, -50, 709) < 1.5);
    assert_true(largest_error(sim_math_expm1, expm1l, -2, 2) < 1.5);
    assert_true(largest_error(sim_math_expm1, expm1l, -1e-9, 1e-9) < 1);
}

static void log_is_within_an_ulp(void **state)
{
    (void)state;
    assert_true(largest_error(log_of_exp, long_log_of_exp, -745, 709) < 1);
    assert_true(largest_error(sim_math_log, logl, 0.4, 2.5) < 1);
    assert_true(largest_error(sim_math_log, logl, 0.999, 1.001) < 1);
}

static void log1p_is_within_an_ulp(void **state)
{
    (void)state;
    assert_true(largest_error(sim_math_log1p, log1pl, -0.999, 3) < 1);
    assert_true(largest_error(sim_math_log1p, log1pl, -1e-9, 1e-9) < 1);
    assert_true(largest_error(log1p_of_exp, long_log1p_of_exp, -40, 700) < 1);
}

static void pow_is_within_an_ulp(void **state)
{
    struct sim_stream stream = sim_stream_named(1, "powers");

    (void)state;
    for (uint32_t i = 0; i < TRIALS; i++) {
        double x = exp(6 * sim_stream_unit(&stream) - 3);
        double y = 460 * sim_stream_unit(&stream) - 230;
        assert_true(ulps(sim_math_pow(x, y), powl((long double)x, (long double)y)) < 1);
    }
}

static void lgamma_is_within_its_bound(void **state)
{
    (void)state;
    for (uint32_t i = 1; i < 20000; i++) {
        double x = i * 0.01;
        double exact = (double)lgammal((long double)x);
        assert_true(fabs(sim_math_lgamma(x) - exact) < 1e-13 * (1 + fabs(exact)));
    }
}

static void whole_powers_of_small_integers_are_exact(void **state)
{
    (void)state;
    for (int64_t base = 2; base <= 10; base++) {
        int64_t power = 1;
        for (int32_t exponent = 0; exponent <= 15; exponent++) {
            assert_int_equal((int64_t)sim_math_pow((double)base, exponent), power);
            power *= base;
        }
    }
}

/* ---- where C says what the result is ---- */

static bool same(double a, double b)
{
    bool same_sign = !signbit(a) == !signbit(b);

    return (isnan(a) && isnan(b)) || (same_sign && !(a < b) && !(a > b));
}

/* libm may err by an ulp in the other direction. */
static void assert_close(double found, double expected)
{
    assert_true(same(found, expected) || ulps(found, (long double)expected) <= 2);
}

static void pow_treats_extremes_as_c_does(void **state)
{
    const double values[] = {
        0,
        -0.0,
        1,
        -1,
        2,
        -2,
        3,
        -3,
        0.5,
        -0.5,
        2.5,
        -2.5,
        1e19,
        1e300,
        -1e300,
        5e-324,
        -5e-324,
        (double)INFINITY,
        -(double)INFINITY,
        (double)NAN,
        4503599627370497.0,
    };
    enum { COUNT = sizeof(values) / sizeof(values[0]) };

    (void)state;
    for (uint32_t i = 0; i < COUNT; i++) {
        for (uint32_t j = 0; j < COUNT; j++) {
            assert_close(sim_math_pow(values[i], values[j]), pow(values[i], values[j]));
        }
    }
}

static void exp_and_log_treat_extremes_as_c_does(void **state)
{
    const double values[] = {
        0,
        -0.0,
        1,
        -1,
        (double)INFINITY,
        -(double)INFINITY,
        (double)NAN,
        5e-324,
        800,
        -800,
        1e300,
        -1e300,
        709.78,
        710,
        -745.1,
        -745.2,
        -746,
        -708.5,
        -720,
    };

    (void)state;
    for (uint32_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        double x = values[i];
        assert_close(sim_math_exp(x), exp(x));
        assert_close(sim_math_expm1(x), expm1(x));
        assert_close(sim_math_log(x), log(x));
        assert_close(sim_math_log1p(x), log1p(x));
    }
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

static double square_root_power(double x)
{
    return sim_math_pow(x, 1.3);
}

static void results_have_the_same_bits_on_every_machine(void **state)
{
    (void)state;
    assert_int_equal(digest_of(sim_math_exp, -30, 30), UINT64_C(0xe78e937affec2f24));
    assert_int_equal(digest_of(sim_math_expm1, -3, 3), UINT64_C(0x6688db3c3bf4f4ed));
    assert_int_equal(digest_of(sim_math_log, 0, 30), UINT64_C(0xd26fdf512047e256));
    assert_int_equal(digest_of(sim_math_log1p, -1, 3), UINT64_C(0x687a4b0b8b59f7f9));
    assert_int_equal(digest_of(square_root_power, 0, 30), UINT64_C(0x864dc345f66eb90e));
    assert_int_equal(digest_of(sim_math_lgamma, 0, 30), UINT64_C(0x31a7135e46501217));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_is_within_an_ulp),
        cmocka_unit_test(expm1_is_within_an_ulp_and_a_half),
        cmocka_unit_test(log_is_within_an_ulp),
        cmocka_unit_test(log1p_is_within_an_ulp),
        cmocka_unit_test(pow_is_within_an_ulp),
        cmocka_unit_test(lgamma_is_within_its_bound),
        cmocka_unit_test(whole_powers_of_small_integers_are_exact),
        cmocka_unit_test(pow_treats_extremes_as_c_does),
        cmocka_unit_test(exp_and_log_treat_extremes_as_c_does),
        cmocka_unit_test(results_have_the_same_bits_on_every_machine),
    };

    return cmocka_run_group_tests_name("sim/math", tests, NULL, NULL);
}
