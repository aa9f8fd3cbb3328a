/* Tests of sim/gamma: the distribution of its draws, where it is known in closed form. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sim/gamma.h"

#define DRAWS 1000000

/* The probability that a gamma of a whole shape is below x: a Poisson count of at least the shape.
 */
static double erlang_below(uint32_t shape, double x)
{
    double term = exp(-x);
    double less = 0;

    for (uint32_t i = 0; i < shape; i++) {
        less += term;
        term *= x / (i + 1);
    }
    return 1 - less;
}

static void assert_share(double shape, double x, double share)
{
    struct sim_stream stream = sim_stream_named(1, "gamma");
    uint32_t below = 0;

    for (uint32_t i = 0; i < DRAWS; i++) {
        double value = sim_gamma_draw(shape, &stream);
        assert_true(value >= 0);
        below += value < x;
    }
    assert_true(fabs(below - DRAWS * share) < 5 * sqrt(DRAWS * share * (1 - share)));
}

static void whole_shapes_fit(void **state)
{
    (void)state;
    for (uint32_t shape = 1; shape <= 16; shape *= 4) {
        for (uint32_t quarter = 1; quarter <= 8; quarter++) {
            double x = shape * quarter / 4.0;
            assert_share(shape, x, erlang_below(shape, x));
        }
    }
}

/* Half a squared normal is a gamma of shape one half. */
static void a_shape_of_one_half_fits(void **state)
{
    (void)state;
    assert_share(0.5, 0.001, erf(sqrt(0.001)));
    assert_share(0.5, 0.1, erf(sqrt(0.1)));
    assert_share(0.5, 0.5, erf(sqrt(0.5)));
    assert_share(0.5, 2, erf(sqrt(2)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_shapes_fit),
        cmocka_unit_test(a_shape_of_one_half_fits),
    };

    return cmocka_run_group_tests_name("sim/gamma", tests, NULL, NULL);
}
