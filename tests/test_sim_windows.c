/* Tests of sim/windows: any window has the values that were recorded in it. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sim/random.h"
#include "sim/windows.h"

#define INTERVALS 200U

static void assert_alike(const sim_histogram *a, const sim_histogram *b)
{
    assert_int_equal(sim_histogram_count(a), sim_histogram_count(b));
    assert_int_equal(sim_histogram_min(a), sim_histogram_min(b));
    assert_int_equal(sim_histogram_max(a), sim_histogram_max(b));
    assert_true(!(sim_histogram_mean(a) < sim_histogram_mean(b)));
    assert_true(!(sim_histogram_mean(a) > sim_histogram_mean(b)));
    for (uint32_t percent = 0; percent <= 100; percent++) {
        assert_int_equal(
            sim_histogram_percentile(a, percent), sim_histogram_percentile(b, percent));
    }
}

/* The values of an interval: none in every fifth, and of every size. */
static void record(sim_histogram *histogram, uint32_t interval)
{
    struct sim_stream all = sim_stream_named(1, "values");
    struct sim_stream stream = sim_stream_of(&all, interval);

    for (uint64_t left = interval % 5 == 0 ? 0 : 1 + interval; left > 0; left--) {
        uint64_t bits = sim_stream_below(&stream, 63);
        sim_histogram_record(histogram, (int64_t)sim_stream_below(&stream, UINT64_C(1) << bits));
    }
}

static sim_windows *keep_all(void)
{
    sim_windows *windows = sim_windows_create();
    sim_histogram *interval = sim_histogram_create();

    for (uint32_t i = 0; i < INTERVALS; i++) {
        record(interval, i);
        sim_windows_keep(windows, i, interval);
        sim_histogram_clear(interval);
    }
    sim_histogram_destroy(interval);
    return windows;
}

static void a_window_has_what_was_recorded_in_it(void **state)
{
    const uint32_t edges[] = {0, 1, 5, 6, 17, 100, 195, INTERVALS, INTERVALS + 7};
    const uint32_t edge_count = sizeof(edges) / sizeof(edges[0]);
    sim_windows *windows = keep_all();

    (void)state;
    for (uint32_t i = 0; i < edge_count * edge_count; i++) {
        uint32_t first = edges[i / edge_count];
        uint32_t end = edges[i % edge_count];
        sim_histogram *found = sim_histogram_create();
        sim_histogram *expected = sim_histogram_create();
        for (uint32_t j = first; j < end && j < INTERVALS; j++) {
            record(expected, j);
        }
        if (first <= end) {
            sim_windows_collect(windows, first, end, found);
        }
        assert_alike(found, expected);
        sim_histogram_destroy(found);
        sim_histogram_destroy(expected);
    }
    sim_windows_destroy(windows);
}

static void collects_on_top_of_what_is_there(void **state)
{
    sim_windows *windows = keep_all();
    sim_histogram *found = sim_histogram_create();
    sim_histogram *expected = sim_histogram_create();

    (void)state;
    record(found, 7);
    record(expected, 7);
    sim_windows_collect(windows, 8, 9, found);
    record(expected, 8);
    assert_alike(found, expected);
    sim_windows_collect(windows, 8, 9, found);
    record(expected, 8);
    assert_alike(found, expected);
    sim_histogram_destroy(found);
    sim_histogram_destroy(expected);
    sim_windows_destroy(windows);
}

/* An hour by seconds, a thousand values in each second of the second half. */
static void takes_memory_for_what_was_recorded_alone(void **state)
{
    sim_windows *windows = sim_windows_create();
    sim_histogram *interval = sim_histogram_create();
    struct sim_stream stream = sim_stream_named(1, "latencies");
    uint64_t size = sim_windows_size(windows);

    (void)state;
    for (uint32_t i = 0; i < 3600; i++) {
        for (uint32_t j = 0; i >= 1800 && j < 1000; j++) {
            sim_histogram_record(interval, (int64_t)(1e6 * sim_stream_exponential(&stream)));
        }
        sim_windows_keep(windows, i, interval);
        sim_histogram_clear(interval);
        if (i < 1800) {
            assert_int_equal(sim_windows_size(windows), size);
        }
    }
    assert_in_range(sim_windows_size(windows), 1, 16UL * 1024 * 1024);
    sim_histogram_destroy(interval);
    sim_windows_destroy(windows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_has_what_was_recorded_in_it),
        cmocka_unit_test(collects_on_top_of_what_is_there),
        cmocka_unit_test(takes_memory_for_what_was_recorded_alone),
    };

    return cmocka_run_group_tests_name("sim/windows", tests, NULL, NULL);
}
