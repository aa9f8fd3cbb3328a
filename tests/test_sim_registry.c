/* Tests of sim/registry: names, time-weighted gauges, tallies and the series. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/registry.h"

static void assert_near(double found, double expected)
{
    assert_true(fabs(found - expected) <= 1e-9 * (1 + fabs(expected)));
}

static void finds_a_measure_by_its_name(void **state)
{
    sim_registry *registry = *state;
    struct sim_counter *sent = sim_registry_counter(registry, "a/sent", "messages");
    struct sim_gauge *depth = sim_registry_gauge(registry, "a/depth", "messages");
    struct sim_tally *latency = sim_registry_tally(registry, "a/latency", "ns");

    assert_ptr_equal(&sim_registry_find(registry, "a/sent")->counter, sent);
    assert_ptr_equal(&sim_registry_find(registry, "a/depth")->gauge, depth);
    assert_ptr_equal(&sim_registry_find(registry, "a/latency")->tally, latency);
    assert_string_equal(sim_registry_find(registry, "a/latency")->unit, "ns");
    assert_int_equal(sim_registry_find(registry, "a/latency")->kind, SIM_MEASURE_TALLY);
    assert_null(sim_registry_find(registry, "a/late"));
}

static void refuses_a_name_that_is_taken(void **state)
{
    sim_registry *registry = *state;
    struct sim_stream stream = {.key = 7};

    assert_non_null(sim_registry_counter(registry, "x", "messages"));
    assert_null(sim_registry_counter(registry, "x", "messages"));
    assert_null(sim_registry_gauge(registry, "x", "messages"));
    assert_null(sim_registry_tally(registry, "x", "ns"));
    assert_int_equal(sim_registry_count(registry), 1);

    assert_true(sim_registry_stream(registry, "x", &stream)); /* streams have names of their own */
    uint64_t key = stream.key;
    assert_false(sim_registry_stream(registry, "x", &stream));
    assert_int_equal(stream.key, key);
}

static void gives_streams_of_the_seed_and_the_name(void **state)
{
    sim_registry *registry = *state;
    struct sim_stream stream;
    struct sim_stream direct = sim_stream_named(42, "shanghai/clicks/interval");

    assert_true(sim_registry_stream(registry, "shanghai/clicks/interval", &stream));
    assert_int_equal(sim_stream_next(&stream), sim_stream_next(&direct));
}

static void lists_a_thousand_measures_in_the_order_of_their_making(void **state)
{
    sim_registry *registry = *state;
    struct sim_counter *counters[1000];
    char name[32];

    for (uint32_t i = 0; i < 1000; i++) {
        (void)snprintf(name, sizeof(name), "node%u/sent", i);
        counters[i] = sim_registry_counter(registry, name, "messages");
        assert_non_null(counters[i]);
    }
    assert_int_equal(sim_registry_count(registry), 1000);
    for (uint32_t i = 0; i < 1000; i++) {
        (void)snprintf(name, sizeof(name), "node%u/sent", i);
        assert_string_equal(sim_registry_at(registry, i)->name, name);
        assert_ptr_equal(&sim_registry_at(registry, i)->counter, counters[i]);
        assert_ptr_equal(sim_registry_find(registry, name), sim_registry_at(registry, i));
    }
}

static void copies_names(void **state)
{
    sim_registry *registry = *state;
    char name[] = "abc";
    char unit[] = "ns";

    assert_non_null(sim_registry_counter(registry, name, unit));
    name[0] = 'x';
    unit[0] = 'x';
    assert_string_equal(sim_registry_find(registry, "abc")->name, "abc");
    assert_string_equal(sim_registry_find(registry, "abc")->unit, "ns");
}

static void weighs_a_gauge_by_time(void **state)
{
    struct sim_gauge *gauge = sim_registry_gauge(*state, "depth", "messages");

    sim_gauge_set(gauge, 4, 10); /* 0 for 10 ns */
    sim_gauge_set(gauge, 1, 30); /* 4 for 20 ns */
    assert_near(sim_gauge_mean(gauge, 40), (4.0 * 20 + 1.0 * 10) / 40);
    assert_int_equal(gauge->max, 4);
    assert_int_equal(gauge->value, 1);
    sim_gauge_set(gauge, 3, 40);
    sim_gauge_set(gauge, 2, 40); /* 3 for no time at all */
    assert_near(sim_gauge_mean(gauge, 80), (4.0 * 20 + 1.0 * 10 + 2.0 * 40) / 80);
}

static void a_gauge_without_time_has_its_value_as_mean(void **state)
{
    struct sim_gauge *gauge = sim_registry_gauge(*state, "depth", "messages");

    sim_gauge_set(gauge, 4, 0);
    assert_near(sim_gauge_mean(gauge, 0), 4);
}

static void makes_no_histogram_before_the_first_value(void **state)
{
    struct sim_tally *tally = sim_registry_tally(*state, "latency", "ns");

    assert_null(tally->histogram);
    sim_registry_sample(*state, 10);
    assert_null(tally->histogram);
    sim_tally_record(tally, 5);
    assert_int_equal(sim_histogram_count(tally->histogram), 1);
}

static void samples_what_happened_in_each_interval(void **state)
{
    sim_registry *registry = *state;
    struct sim_counter *sent = sim_registry_counter(registry, "sent", "messages");
    struct sim_gauge *depth = sim_registry_gauge(registry, "depth", "messages");
    struct sim_tally *latency = sim_registry_tally(registry, "latency", "ns");

    sent->value += 3;
    sim_gauge_set(depth, 9, 4);
    sim_tally_record(latency, 10);
    sim_tally_record(latency, 20);
    sim_registry_sample(registry, 10);
    sent->value += 4;
    sim_gauge_set(depth, 7, 14);
    sim_registry_sample(registry, 20);

    assert_int_equal(sim_registry_sample_count(registry), 2);
    const struct sim_sample *counted = sim_registry_find(registry, "sent")->samples;
    assert_near(counted[0].value, 3);
    assert_near(counted[1].value, 4);
    const struct sim_sample *level = sim_registry_find(registry, "depth")->samples;
    assert_near(level[0].value, 9);
    assert_near(level[1].value, 7);
    const struct sim_sample *times = sim_registry_find(registry, "latency")->samples;
    assert_near(times[0].value, 15);
    assert_int_equal(times[0].p50, 10);
    assert_int_equal(times[0].p99, 20);
    assert_int_equal(times[0].count, 2);
    assert_int_equal(times[1].count, 0);
    assert_int_equal(sim_histogram_count(latency->histogram), 2);
}

static void a_late_measure_has_zeroes_for_the_time_before(void **state)
{
    sim_registry *registry = *state;

    assert_non_null(sim_registry_counter(registry, "early", "messages"));
    for (uint32_t i = 0; i < 300; i++) {
        sim_registry_sample(registry, i);
    }
    struct sim_counter *late = sim_registry_counter(registry, "late", "messages");
    late->value = 5;
    for (uint32_t i = 300; i < 1000; i++) {
        sim_registry_sample(registry, i);
    }
    const struct sim_sample *samples = sim_registry_find(registry, "late")->samples;
    for (uint32_t i = 0; i < 1000; i++) {
        assert_near(samples[i].value, i == 300 ? 5 : 0);
    }
}

/* Zeroes are shared until a measure moves; to its reader they are its own. */
static void a_measure_that_moves_late_leaves_the_others_at_zero(void **state)
{
    sim_registry *registry = *state;
    struct sim_counter *mover = sim_registry_counter(registry, "mover", "messages");

    assert_non_null(sim_registry_gauge(registry, "idle", "messages"));
    assert_non_null(sim_registry_tally(registry, "silent", "ns"));
    const struct sim_measure *idle = sim_registry_find(registry, "idle");
    const struct sim_measure *silent = sim_registry_find(registry, "silent");
    for (uint32_t i = 0; i < 400; i++) { /* several times the first capacity */
        mover->value += i >= 150 ? i : 0;
        sim_registry_sample(registry, i);
    }
    assert_ptr_equal(idle->samples, silent->samples);
    for (uint32_t i = 0; i < 400; i++) {
        assert_near(sim_registry_find(registry, "mover")->samples[i].value, i >= 150 ? i : 0);
        assert_near(idle->samples[i].value, 0);
        assert_int_equal(silent->samples[i].count, 0);
    }
}

static void a_tally_answers_for_any_window_of_intervals(void **state)
{
    sim_registry *registry = *state;
    struct sim_tally *latency = sim_registry_tally(registry, "latency", "ns");
    sim_histogram *window = sim_histogram_create();

    sim_tally_keep_windows(latency);
    sim_tally_collect(latency, 0, 1, window); /* nothing was ever recorded */
    assert_int_equal(sim_histogram_count(window), 0);
    for (int64_t i = 0; i < 10; i++) { /* interval i has the values i and 100 i, but 3 has none */
        if (i != 3) {
            sim_tally_record(latency, i);
            sim_tally_record(latency, 100 * i);
        }
        sim_registry_sample(registry, i);
    }
    sim_tally_collect(latency, 2, 5, window);
    assert_int_equal(sim_histogram_count(window), 4);
    assert_int_equal(sim_histogram_min(window), 2);
    assert_int_equal(sim_histogram_percentile(window, 50), 4);
    assert_int_equal(sim_histogram_max(window), 400);
    assert_int_equal(sim_histogram_count(latency->histogram), 18);
    sim_histogram_destroy(window);
}

static int create(void **state)
{
    *state = sim_registry_create(42);
    return 0;
}

static int destroy(void **state)
{
    sim_registry_destroy(*state);
    return 0;
}

#define REGISTRY_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REGISTRY_TEST(finds_a_measure_by_its_name),
        REGISTRY_TEST(refuses_a_name_that_is_taken),
        REGISTRY_TEST(gives_streams_of_the_seed_and_the_name),
        REGISTRY_TEST(lists_a_thousand_measures_in_the_order_of_their_making),
        REGISTRY_TEST(copies_names),
        REGISTRY_TEST(weighs_a_gauge_by_time),
        REGISTRY_TEST(a_gauge_without_time_has_its_value_as_mean),
        REGISTRY_TEST(makes_no_histogram_before_the_first_value),
        REGISTRY_TEST(samples_what_happened_in_each_interval),
        REGISTRY_TEST(a_tally_answers_for_any_window_of_intervals),
        REGISTRY_TEST(a_measure_that_moves_late_leaves_the_others_at_zero),
        REGISTRY_TEST(a_late_measure_has_zeroes_for_the_time_before),
    };

    return cmocka_run_group_tests_name("sim/registry", tests, NULL, NULL);
}
