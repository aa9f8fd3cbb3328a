/* Tests of cli/steady: the main figures without the warm-up. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/steady.h"
#include "sim/random.h"

#define INTERVALS 200
#define FILLING   40 /* intervals in which the latency is still far above its mean */

struct run {
    sim_registry *registry;
    struct sim_tally *latency;
    struct cli_steady_source source;
};

/* 100 values in each second, of 10 ms on average; in the first 40 s of 50 ms, and half as many. */
static int set_up(void **state)
{
    struct run *run = g_new0(struct run, 1);
    struct sim_stream stream = sim_stream_named(1, "latency");

    run->registry = sim_registry_create(1);
    run->latency = sim_registry_tally(run->registry, "latency", "ns");
    run->source = (struct cli_steady_source){
        .registry = run->registry,
        .latency = sim_registry_find(run->registry, "latency"),
        .sample_interval = SIM_SECOND,
    };
    cli_steady_prepare(run->registry, run->source.latency);
    for (int i = 0; i < INTERVALS; i++) {
        bool is_filling = i < FILLING;
        for (int j = 0; j < (is_filling ? 50 : 100); j++) {
            double ms = (is_filling ? 50 : 10) * sim_stream_exponential(&stream);
            sim_tally_record(run->latency, (sim_time)(ms * (double)SIM_MILLISECOND));
        }
        sim_registry_sample(run->registry, (i + 1) * SIM_SECOND);
    }
    *state = run;
    return 0;
}

static int tear_down(void **state)
{
    struct run *run = *state;

    sim_registry_destroy(run->registry);
    g_free(run);
    return 0;
}

static struct cli_steady steady_of(const struct run *run, struct cli_warm_up asked)
{
    struct cli_steady steady;
    GError *error = NULL;

    assert_true(cli_steady_init(&steady, &asked, &run->source, &error));
    assert_null(error);
    return steady;
}

static void what_was_asked_for_is_left_out_in_whole_intervals(void **state)
{
    struct cli_warm_up asked = {.is_wanted = true, .time = 39 * SIM_SECOND + 1};
    struct cli_steady steady = steady_of(*state, asked);

    assert_int_equal(steady.warm_up, 40 * SIM_SECOND);
    assert_int_equal(steady.measured, 160 * SIM_SECOND);
    assert_false(steady.is_found);
    assert_int_equal(sim_histogram_count(steady.histogram), 16000);
    assert_true(fabs(steady.per_s.mean - 100) < 1e-9);
    assert_true(steady.per_s.half_width < 1e-9);
    assert_true(fabs(steady.latency.mean - 10e6) < steady.latency.half_width);
    assert_true(steady.latency.half_width < 0.5e6);
    cli_steady_finish(&steady);
}

static void the_warm_up_is_found(void **state)
{
    struct cli_warm_up asked = {.is_wanted = true, .is_auto = true};
    struct cli_steady steady = steady_of(*state, asked);

    assert_true(steady.is_found);
    assert_int_equal(steady.warm_up, FILLING * SIM_SECOND);
    assert_true(fabs(steady.latency.mean - 10e6) < steady.latency.half_width);
    cli_steady_finish(&steady);
}

static void with_nothing_left_out_the_mean_is_that_of_all_values(void **state)
{
    const struct run *run = *state;
    struct cli_warm_up asked = {.is_wanted = true};
    struct cli_steady steady = steady_of(run, asked);
    double mean = sim_histogram_mean(run->latency->histogram);

    assert_int_equal(steady.warm_up, 0);
    assert_true(fabs(steady.latency.mean - mean) < 1e-3);
    assert_true(fabs(steady.per_s.mean - 90) < 1e-9);
    cli_steady_finish(&steady);
}

static void a_short_run_has_means_without_intervals(void **state)
{
    struct cli_warm_up asked = {.is_wanted = true, .time = (INTERVALS - 5) * SIM_SECOND};
    struct cli_steady steady = steady_of(*state, asked);

    assert_int_equal(sim_histogram_count(steady.histogram), 500);
    assert_true(isinf(steady.per_s.half_width) && isinf(steady.latency.half_width));
    assert_true(fabs(steady.per_s.mean - 100) < 1e-9);
    cli_steady_finish(&steady);
}

static void a_warm_up_as_long_as_the_run_is_refused(void **state)
{
    const struct run *run = *state;
    struct cli_warm_up asked = {.is_wanted = true, .time = INTERVALS * SIM_SECOND};
    struct cli_steady steady;
    GError *error = NULL;

    assert_false(cli_steady_init(&steady, &asked, &run->source, &error));
    assert_string_equal(
        error->message,
        "--warm-up 3 min 20 s leaves nothing: the run has 3 min 20 s of whole sampling intervals");
    g_error_free(error);
}

static void a_run_without_a_latency_has_a_throughput(void **state)
{
    struct run *run = *state;
    struct cli_warm_up asked = {.is_wanted = true, .is_auto = true};

    run->source.latency = NULL;
    struct cli_steady steady = steady_of(run, asked);
    assert_null(steady.histogram);
    assert_int_equal(steady.warm_up, 0);
    assert_true(fabs(steady.per_s.mean - 90) < 1e-9);
    cli_steady_finish(&steady);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_asked_for_is_left_out_in_whole_intervals),
        TEST(the_warm_up_is_found),
        TEST(with_nothing_left_out_the_mean_is_that_of_all_values),
        TEST(a_short_run_has_means_without_intervals),
        TEST(a_warm_up_as_long_as_the_run_is_refused),
        TEST(a_run_without_a_latency_has_a_throughput),
    };

    return cmocka_run_group_tests_name("cli/steady", tests, NULL, NULL);
}
