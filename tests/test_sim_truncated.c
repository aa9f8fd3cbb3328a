/* Tests of sim/truncated: the tails of the normal distribution. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sim/truncated.h"

#define DRAWS 400000

static const double cuts[] = {-8, -3.5, -2.9, -1, 0, 0.4, 0.6, 1, 2.9, 3.1, 5, 10};

#define CUT_COUNT (sizeof(cuts) / sizeof(cuts[0]))

static double above(double x)
{
    return erfc(x / sqrt(2)) / 2;
}

static void draws_are_above_the_cut_and_fit(void **state)
{
    struct sim_stream stream = sim_stream_named(1, "draws");

    (void)state;
    for (size_t i = 0; i < CUT_COUNT; i++) {
        double mean = sim_truncated_mean(cuts[i]);
        double share = above(mean) / above(cuts[i]);
        double sum = 0;
        uint32_t beyond = 0;
        for (uint32_t j = 0; j < DRAWS; j++) {
            double x = sim_truncated_draw(cuts[i], &stream);
            assert_true(x >= cuts[i]);
            beyond += x > mean;
            sum += x;
        }
        assert_true(fabs(beyond - DRAWS * share) < 5 * sqrt(DRAWS * share * (1 - share)));
        double deviation = sqrt(sim_truncated_variance(cuts[i]) / DRAWS);
        assert_true(fabs(sum / DRAWS - mean) < 5 * deviation);
    }
}

static void mean_and_variance_agree_with_erfc(void **state)
{
    (void)state;
    for (size_t i = 0; i < CUT_COUNT; i++) {
        double x = cuts[i];
        double hazard = exp(-x * x / 2) / sqrt(2 * acos(-1)) / above(x);
        assert_true(fabs(sim_truncated_mean(x) - hazard) < 1e-11 * hazard);
        double variance = 1 + x * hazard - hazard * hazard;
        assert_true(fabs(sim_truncated_variance(x) - variance) < 1e-9);
    }
}

static void far_in_the_tail_it_is_nearly_an_exponential(void **state)
{
    (void)state;
    assert_true(fabs(sim_truncated_mean(1e6) - 1e6 - 1e-6) < 1e-9);
    assert_true(fabs(sim_truncated_variance(1e6) * 1e12 - 1) < 1e-9);
    assert_true(fabs(sim_truncated_variance(999) / sim_truncated_variance(1001) - 1) < 0.005);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_are_above_the_cut_and_fit),
        cmocka_unit_test(mean_and_variance_agree_with_erfc),
        cmocka_unit_test(far_in_the_tail_it_is_nearly_an_exponential),
    };

    return cmocka_run_group_tests_name("sim/truncated", tests, NULL, NULL);
}
