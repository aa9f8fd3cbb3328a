/* Tests of sim/histogram: its error, its exact parts, and merging. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/histogram.h"
#include "sim/random.h"

static void is_all_zero_while_empty(void **state)
{
    sim_histogram *histogram = *state;

    assert_int_equal(sim_histogram_count(histogram), 0);
    assert_true(sim_histogram_mean(histogram) <= 0);
    assert_int_equal(sim_histogram_min(histogram), 0);
    assert_int_equal(sim_histogram_max(histogram), 0);
    assert_int_equal(sim_histogram_percentile(histogram, 50), 0);
}

static void assert_known_within_one_percent(sim_histogram *histogram, int64_t value)
{
    sim_histogram_clear(histogram);
    sim_histogram_record(histogram, value);
    sim_histogram_record(histogram, INT64_MAX); /* so that the maximum does not help */
    int64_t edge = sim_histogram_percentile(histogram, 50);

    assert_true(edge >= value);
    assert_true((double)(edge - value) <= 0.01 * (double)value);
}

static void knows_a_value_within_one_percent_from_1_ns_to_the_end_of_time(void **state)
{
    struct sim_stream stream = sim_stream_named(1, "values");

    for (int64_t value = 0; value < 5000; value++) {
        assert_known_within_one_percent(*state, value);
    }
    for (uint32_t bit = 12; bit < 63; bit++) {
        int64_t power = INT64_C(1) << bit;
        assert_known_within_one_percent(*state, power - 1);
        assert_known_within_one_percent(*state, power);
        assert_known_within_one_percent(*state, power + 1);
        assert_known_within_one_percent(
            *state, power + (int64_t)sim_stream_below(&stream, (uint64_t)power - 1));
    }
}

static void keeps_count_mean_minimum_and_maximum_exactly(void **state)
{
    sim_histogram *histogram = *state;

    for (int64_t value = 1000000; value <= 3000000; value += 1000000) {
        sim_histogram_record(histogram, value + 1);
    }
    assert_int_equal(sim_histogram_count(histogram), 3);
    assert_int_equal(sim_histogram_min(histogram), 1000001);
    assert_int_equal(sim_histogram_max(histogram), 3000001);
    assert_int_equal((int64_t)sim_histogram_mean(histogram), 2000001);
}

static void sums_beyond_64_bits(void **state)
{
    sim_histogram *histogram = *state;

    for (uint32_t i = 0; i < 4; i++) {
        sim_histogram_record(histogram, INT64_MAX);
    }
    assert_true(sim_histogram_mean(histogram) > 0x1.fffp62);
    sim_histogram_merge(histogram, histogram);
    assert_int_equal(sim_histogram_count(histogram), 8);
    assert_true(sim_histogram_mean(histogram) > 0x1.fffp62);
}

static void percentiles_of_one_to_a_hundred_are_themselves(void **state)
{
    sim_histogram *histogram = *state;

    for (int64_t value = 1; value <= 100; value++) {
        sim_histogram_record(histogram, value);
    }
    for (int64_t percent = 1; percent <= 100; percent++) {
        assert_int_equal(sim_histogram_percentile(histogram, (double)percent), percent);
    }
    assert_int_equal(sim_histogram_percentile(histogram, 0), 1);
    assert_int_equal(sim_histogram_percentile(histogram, 99.5), 100);
}

static void a_percentile_is_never_beyond_the_maximum(void **state)
{
    sim_histogram *histogram = *state;

    sim_histogram_record(histogram, 1000001);
    assert_int_equal(sim_histogram_percentile(histogram, 100), 1000001);
    assert_int_equal(sim_histogram_percentile(histogram, 0), 1000001);
}

static void fill(sim_histogram *histogram, struct sim_stream *stream, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        sim_histogram_record(histogram, (int64_t)(1e6 * sim_stream_exponential(stream)));
    }
}

static void assert_alike(const sim_histogram *a, const sim_histogram *b)
{
    assert_int_equal(sim_histogram_count(a), sim_histogram_count(b));
    assert_int_equal(sim_histogram_min(a), sim_histogram_min(b));
    assert_int_equal(sim_histogram_max(a), sim_histogram_max(b));
    assert_memory_equal(
        &(double){sim_histogram_mean(a)}, &(double){sim_histogram_mean(b)}, sizeof(double));
    for (uint32_t percent = 0; percent <= 100; percent++) {
        assert_int_equal(
            sim_histogram_percentile(a, percent), sim_histogram_percentile(b, percent));
    }
}

static void merged_parts_equal_the_whole(void **state)
{
    sim_histogram *whole = *state;
    sim_histogram *a = sim_histogram_create();
    sim_histogram *b = sim_histogram_create();
    struct sim_stream stream = sim_stream_named(1, "a");
    struct sim_stream again = stream;

    fill(whole, &stream, 5000);
    fill(a, &again, 2000);
    fill(b, &again, 3000);
    sim_histogram_merge(a, b);
    assert_alike(a, whole);

    sim_histogram_clear(b);
    sim_histogram_merge(a, b);
    assert_alike(a, whole);
    sim_histogram_merge(b, a);
    assert_alike(b, whole);
    sim_histogram_destroy(a);
    sim_histogram_destroy(b);
}

static void is_as_new_when_cleared(void **state)
{
    sim_histogram *histogram = *state;
    sim_histogram *fresh = sim_histogram_create();
    struct sim_stream stream = sim_stream_named(1, "a");
    struct sim_stream other = sim_stream_named(1, "b");
    struct sim_stream again = other;

    fill(histogram, &stream, 5000);
    sim_histogram_clear(histogram);
    assert_alike(histogram, fresh);
    fill(histogram, &other, 500);
    fill(fresh, &again, 500);
    assert_alike(histogram, fresh);
    sim_histogram_destroy(fresh);
}

static int compare(const void *a, const void *b)
{
    int64_t first = *(const int64_t *)a;
    int64_t second = *(const int64_t *)b;

    return (first > second) - (first < second);
}

static void percentiles_agree_with_a_sorted_array(void **state)
{
    enum { COUNT = 20000 };
    sim_histogram *histogram = *state;
    int64_t *values = calloc(COUNT, sizeof(*values));
    struct sim_stream stream = sim_stream_named(1, "values");

    assert_non_null(values);
    for (uint32_t i = 0; i < COUNT; i++) {
        double spread = 6 * sim_stream_unit(&stream);
        values[i] = (int64_t)(10 * sim_stream_exponential(&stream) * spread * spread * 1e6);
        sim_histogram_record(histogram, values[i]);
    }
    qsort(values, COUNT, sizeof(*values), compare);
    for (uint32_t permille = 1; permille <= 1000; permille++) {
        int64_t exact = values[COUNT / 1000 * permille - 1];
        int64_t found = sim_histogram_percentile(histogram, permille / 10.0);
        assert_true(found >= exact);
        assert_true((double)(found - exact) <= 0.01 * (double)exact);
    }
    free(values);
}

static int create(void **state)
{
    *state = sim_histogram_create();
    return 0;
}

static int destroy(void **state)
{
    sim_histogram_destroy(*state);
    return 0;
}

#define HISTOGRAM_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HISTOGRAM_TEST(is_all_zero_while_empty),
        HISTOGRAM_TEST(knows_a_value_within_one_percent_from_1_ns_to_the_end_of_time),
        HISTOGRAM_TEST(keeps_count_mean_minimum_and_maximum_exactly),
        HISTOGRAM_TEST(sums_beyond_64_bits),
        HISTOGRAM_TEST(percentiles_of_one_to_a_hundred_are_themselves),
        HISTOGRAM_TEST(a_percentile_is_never_beyond_the_maximum),
        HISTOGRAM_TEST(merged_parts_equal_the_whole),
        HISTOGRAM_TEST(is_as_new_when_cleared),
        HISTOGRAM_TEST(percentiles_agree_with_a_sorted_array),
    };

    return cmocka_run_group_tests_name("sim/histogram", tests, NULL, NULL);
}
