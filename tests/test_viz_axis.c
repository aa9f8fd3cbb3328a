/* Tests of viz/axis: ticks at round figures, and figures in words. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "viz/axis.h"

static void assert_said(char *text, const char *expected)
{
    assert_string_equal(text, expected);
    g_free(text);
}

static void assert_same(double value, double expected)
{
    if (fabs(value - expected) > 1e-9 * fabs(expected)) {
        fail_msg("%g is not %g", value, expected);
    }
}

static void ticks_are_round_and_reach_the_largest_value(void **state)
{
    struct viz_axis axis = viz_axis_linear(2437, 4);

    (void)state;
    assert_same(axis.ticks[1], 1000);
    assert_same(axis.high, 3000);
    assert_int_equal(axis.tick_count, 4);
    axis = viz_axis_linear(0.0137, 4);
    assert_same(axis.ticks[1], 0.005);
    assert_same(axis.high, 0.015);
    axis = viz_axis_linear(1000, 3);
    assert_same(axis.high, 1000);
}

static void there_are_never_too_many_ticks(void **state)
{
    (void)state;
    double high = 1e-6;
    for (int i = 0; i < 150; i++) {
        high *= 1.37;
        for (uint32_t max = 2; max <= VIZ_TICKS_MAX; max++) {
            struct viz_axis axis = viz_axis_linear(high, max);
            assert_in_range(axis.tick_count, 2, max);
            assert_true(axis.high >= high * (1 - 1e-9));
            assert_true(axis.high < high * 10.001);
            axis = viz_axis_log(high, high * 1e5, max);
            assert_in_range(axis.tick_count, 2, max);
            axis = viz_axis_time((sim_time)(high * 1e3) + 1, max);
            assert_in_range(axis.tick_count, 1, max);
        }
    }
}

static void nothing_at_all_has_an_axis(void **state)
{
    struct viz_axis axis = viz_axis_linear(0, 4);

    (void)state;
    assert_true(axis.high > 0);
    axis = viz_axis_time(0, 4);
    assert_true(axis.high > 0);
    axis = viz_axis_log(1000, 1000, 3);
    assert_true(axis.high > axis.low);
}

static void a_logarithmic_axis_has_powers_of_ten(void **state)
{
    struct viz_axis axis = viz_axis_log(24e6, 46e6, 4);

    (void)state;
    assert_same(axis.low, 1e7);
    assert_same(axis.high, 1e8);
    assert_int_equal(axis.tick_count, 2);
    assert_same(viz_axis_place(&axis, sqrt(1e15)), 0.5);
    assert_same(viz_axis_place(&axis, 1e9), 1);
    assert_same(viz_axis_place(&axis, 0), 0);
}

static void times_have_ticks_that_a_clock_has(void **state)
{
    struct viz_axis axis = viz_axis_time(120 * SIM_SECOND, 6);

    (void)state;
    assert_same(axis.ticks[1], 30e9);
    assert_same(axis.high, 120e9);
    axis = viz_axis_time(3600 * SIM_SECOND, 5);
    assert_same(axis.ticks[1], 900e9);
}

static void figures_have_three_digits_and_a_unit(void **state)
{
    (void)state;
    assert_said(viz_axis_number(0), "0");
    assert_said(viz_axis_number(0.5), "0.5");
    assert_said(viz_axis_number(999), "999");
    assert_said(viz_axis_number(999.6), "1k");
    assert_said(viz_axis_number(2437), "2.44k");
    assert_said(viz_axis_number(52100), "52.1k");
    assert_said(viz_axis_number(3.4e7), "34M");
    assert_said(viz_axis_latency(0), "0 ns");
    assert_said(viz_axis_latency(1e5), "100 \u00b5s");
    assert_said(viz_axis_latency(44.6e6), "44.6 ms");
    assert_said(viz_axis_latency(999.9e6), "1 s");
    assert_said(viz_axis_latency(33e9), "33 s");
    assert_said(viz_axis_latency(180e9), "3 min");
}

static void moments_are_written_as_on_a_clock(void **state)
{
    (void)state;
    assert_said(viz_axis_moment(0), "0");
    assert_said(viz_axis_moment(30 * SIM_SECOND), "30 s");
    assert_said(viz_axis_moment(90 * SIM_SECOND), "1:30");
    assert_said(viz_axis_moment(7205 * SIM_SECOND), "2:00:05");
    assert_said(viz_axis_moment(250 * SIM_MILLISECOND), "250 ms");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_round_and_reach_the_largest_value),
        cmocka_unit_test(there_are_never_too_many_ticks),
        cmocka_unit_test(nothing_at_all_has_an_axis),
        cmocka_unit_test(a_logarithmic_axis_has_powers_of_ten),
        cmocka_unit_test(times_have_ticks_that_a_clock_has),
        cmocka_unit_test(figures_have_three_digits_and_a_unit),
        cmocka_unit_test(moments_are_written_as_on_a_clock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
