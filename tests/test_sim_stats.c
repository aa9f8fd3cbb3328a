/* Tests of sim/stats: published quantiles, and how often intervals hold what they promise. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/random.h"
#include "sim/stats.h"

static void assert_near(double found, double expected, double tolerance)
{
    assert_true(fabs(found - expected) <= tolerance);
}

static void student_agrees_with_published_tables(void **state)
{
    (void)state;
    assert_near(sim_stats_student(0.95, 1), 12.706204736432095, 1e-8);
    assert_near(sim_stats_student(0.95, 2), 4.302652729911275, 1e-9);
    assert_near(sim_stats_student(0.95, 3), 3.182446305284263, 1e-9);
    assert_near(sim_stats_student(0.95, 10), 2.2281388519649385, 1e-9);
    assert_near(sim_stats_student(0.99, 29), 2.756385903670604, 1e-9);
    assert_near(sim_stats_student(0.999, 9), 4.780912585931138, 1e-9);
    assert_near(sim_stats_student(0.5, 4), 0.7406970841126383, 1e-9);
    assert_near(sim_stats_student(0.95, 4000), 1.960557229, 1e-8);
    assert_near(sim_stats_student(0.95, UINT32_MAX), 1.959963984540054, 1e-9);
    assert_near(sim_stats_student(0.999, UINT32_MAX), 3.290526731491926, 1e-8);
}

static void student_falls_with_the_degrees(void **state)
{
    double previous = (double)INFINITY;

    (void)state;
    for (uint32_t degrees = 1; degrees < 6000; degrees += degrees / 10 + 1) {
        double t = sim_stats_student(0.95, degrees);
        assert_true(t < previous);
        previous = t;
    }
}

static void an_interval_of_known_values_is_known(void **state)
{
    const double values[] = {1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4};
    struct sim_interval interval = sim_stats_interval(values, 4, 0.95);

    (void)state;
    assert_near(interval.mean, 1e9 + 2.5, 1e-6);
    assert_near(interval.half_width, 3.182446305284263 * sqrt(5.0 / 3 / 4), 1e-8);
}

static void one_value_says_nothing_of_its_error(void **state)
{
    const double value = 3;

    (void)state;
    assert_true(isinf(sim_stats_interval(&value, 1, 0.95).half_width));
    assert_near(sim_stats_interval(&value, 1, 0.95).mean, 3, 0);
    assert_true(isinf(sim_stats_interval(&value, 0, 0.95).half_width));
    assert_true(isinf(sim_stats_batch_means(&value, 1, 20, 0.95).half_width));
}

/* 4,000 intervals at 90 % miss the exact mean 400 times, give or take 5 x 19. */
static void intervals_hold_as_often_as_promised(void **state)
{
    struct sim_stream stream = sim_stream_named(1, "values");
    uint32_t missed = 0;

    (void)state;
    for (uint32_t i = 0; i < 4000; i++) {
        double values[8];
        for (uint32_t j = 0; j < 8; j++) {
            values[j] = 5 + sim_stream_normal(&stream);
        }
        struct sim_interval interval = sim_stats_interval(values, 8, 0.9);
        missed += fabs(interval.mean - 5) > interval.half_width;
    }
    assert_in_range(missed, 400 - 95, 400 + 95);
}

/* Each value is nine tenths of the one before, plus noise: far from independent. */
static void fill_dependent(double *values, uint32_t count, double start, uint64_t seed)
{
    struct sim_stream stream = sim_stream_named(seed, "values");
    double value = start;

    for (uint32_t i = 0; i < count; i++) {
        value = 0.9 * value + sim_stream_normal(&stream);
        values[i] = 5 + value;
    }
}

static void batch_means_hold_where_single_values_do_not(void **state)
{
    enum { COUNT = 10000 };
    static double values[COUNT];
    uint32_t missed = 0;
    uint32_t naively_missed = 0;

    (void)state;
    for (uint32_t i = 0; i < 500; i++) {
        fill_dependent(values, COUNT, 0, i + 1);
        struct sim_interval interval = sim_stats_batch_means(values, COUNT, 20, 0.9);
        struct sim_interval naive = sim_stats_interval(values, COUNT, 0.9);
        missed += fabs(interval.mean - 5) > interval.half_width;
        naively_missed += fabs(naive.mean - 5) > naive.half_width;
    }
    assert_in_range(missed, 50 - 34, 50 + 34);
    assert_true(naively_missed > 200);
}

static void batches_drop_what_is_left_over_from_the_start(void **state)
{
    const double values[] = {1000, 1, 3, 2, 4};
    struct sim_interval interval = sim_stats_batch_means(values, 5, 2, 0.95);

    (void)state;
    assert_near(interval.mean, 2.5, 1e-12);
    assert_near(interval.half_width, sim_stats_student(0.95, 1) * 0.5, 1e-9);
}

static void a_ratio_is_taken_in_each_batch(void **state)
{
    const double sums[] = {1000, 6, 0, 20, 4, 0, 0};
    const double counts[] = {1, 2, 0, 3, 1, 0, 0};
    struct sim_interval interval = sim_stats_batch_ratios(sums, counts, 7, 3, 0.95);

    (void)state;
    /* 6 / 2 and 24 / 4; the last batch has none */
    assert_near(interval.mean, 4.5, 1e-12);
    assert_near(interval.half_width, sim_stats_student(0.95, 1) * 1.5, 1e-9);
    assert_true(isinf(sim_stats_batch_ratios(sums, counts, 2, 3, 0.95).half_width));
}

static void finds_the_end_of_a_warm_up(void **state)
{
    enum { COUNT = 5000 };
    static double values[COUNT];

    (void)state;
    fill_dependent(values, COUNT, 500, 1); /* within noise of 5 after some 60 values */
    assert_in_range(sim_stats_warm_up(values, COUNT), 25, 250);
}

static void deletes_nothing_from_a_steady_run(void **state)
{
    double values[1000];

    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        values[i] = i % 5;
    }
    assert_int_equal(sim_stats_warm_up(values, 1000), 0);
    assert_int_equal(sim_stats_warm_up(values, 3), 0);
    assert_int_equal(sim_stats_warm_up(values, 0), 0);
}

/* The definition, without Welford's steps: the squared error of the mean of these batches. */
static double naive_error(const double *batches, uint32_t count)
{
    double mean = 0;
    double squares = 0;

    for (uint32_t i = 0; i < count; i++) {
        mean += batches[i] / count;
    }
    for (uint32_t i = 0; i < count; i++) {
        squares += (batches[i] - mean) * (batches[i] - mean);
    }
    return squares / count / count;
}

static uint32_t naive_warm_up(const double *values, uint32_t count)
{
    double batches[100] = {0};
    uint32_t batch_count = count / 5;
    uint32_t best = 0;
    double least = (double)INFINITY;

    assert_in_range(batch_count, 1, 100);
    for (uint32_t i = 0; i < batch_count * 5; i++) {
        batches[i / 5] += values[i] / 5;
    }
    for (uint32_t first = batch_count / 2 + 1; first-- > 0;) {
        double error = naive_error(batches + first, batch_count - first);
        if (error <= least) {
            least = error;
            best = first;
        }
    }
    return best * 5;
}

static void warm_up_agrees_with_its_definition(void **state)
{
    double values[333];

    (void)state;
    for (uint32_t i = 0; i < 50; i++) {
        fill_dependent(values, 333, i, i + 1);
        assert_int_equal(sim_stats_warm_up(values, 333), naive_warm_up(values, 333));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(student_agrees_with_published_tables),
        cmocka_unit_test(student_falls_with_the_degrees),
        cmocka_unit_test(an_interval_of_known_values_is_known),
        cmocka_unit_test(one_value_says_nothing_of_its_error),
        cmocka_unit_test(intervals_hold_as_often_as_promised),
        cmocka_unit_test(batch_means_hold_where_single_values_do_not),
        cmocka_unit_test(batches_drop_what_is_left_over_from_the_start),
        cmocka_unit_test(a_ratio_is_taken_in_each_batch),
        cmocka_unit_test(finds_the_end_of_a_warm_up),
        cmocka_unit_test(deletes_nothing_from_a_steady_run),
        cmocka_unit_test(warm_up_agrees_with_its_definition),
    };

    return cmocka_run_group_tests_name("sim/stats", tests, NULL, NULL);
}
