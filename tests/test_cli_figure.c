/* Tests of cli/figure: what is counted, what is left out, and what the mean is worth. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/figure.h"

static void assert_close(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-9 * fabs(expected))) {
        print_error("%.12g is not %.12g\n", value, expected);
        fail();
    }
}

static void a_figure_is_a_mean_within_students_t(void **state)
{
    const double values[] = {3, 5, 4, 8, 5};
    struct cli_figure figure = cli_figure_of(values, 5);

    (void)state;
    assert_close(figure.mean, 5);
    /* t(0.95, 4) = 2.776445105; the squared deviations add up to 14 */
    assert_close(figure.half_width, 2.7764451052 * sqrt(14.0 / 4 / 5));
    assert_close(figure.least, 3);
    assert_close(figure.most, 8);
    assert_int_equal(figure.count, 5);
}

static void runs_without_a_value_do_not_count(void **state)
{
    const double values[] = {(double)NAN, 3, (double)NAN, 5, 4, 8, 5};
    struct cli_figure all = cli_figure_of(values, 7);
    struct cli_figure present = cli_figure_of((const double[]){3, 5, 4, 8, 5}, 5);

    (void)state;
    assert_int_equal(all.count, 5);
    assert_close(all.mean, present.mean);
    assert_close(all.half_width, present.half_width);
    assert_close(all.least, present.least);
    assert_close(all.most, present.most);
}

static void one_value_says_nothing_of_its_worth(void **state)
{
    const double value = 7;
    struct cli_figure figure = cli_figure_of(&value, 1);

    (void)state;
    assert_close(figure.mean, 7);
    assert_true(isinf(figure.half_width));
}

static void no_value_is_no_figure(void **state)
{
    const double value = (double)NAN;

    (void)state;
    assert_int_equal(cli_figure_of(&value, 1).count, 0);
    assert_int_equal(cli_figure_of(NULL, 0).count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_figure_is_a_mean_within_students_t),
        cmocka_unit_test(runs_without_a_value_do_not_count),
        cmocka_unit_test(one_value_says_nothing_of_its_worth),
        cmocka_unit_test(no_value_is_no_figure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
