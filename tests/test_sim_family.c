/* Tests of sim/family: every kind knows its mean and variance, and its draws have them. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sim/dist.h"

#define DRAWS 1000000

struct example {
    enum sim_dist_kind kind;
    double parameters[SIM_DIST_PARAMETERS_MAX];
    double mean;
    double variance;
};

static const struct example examples[] = {
    {SIM_DIST_CONSTANT, {2.5}, 2.5, 0},
    {SIM_DIST_UNIFORM, {-1, 3}, 1, 16.0 / 12},
    {SIM_DIST_UNIFORM, {2, 2}, 2, 0},
    {SIM_DIST_UNIFORM_INT, {1, 6}, 3.5, 35.0 / 12},
    {SIM_DIST_UNIFORM_INT, {-3, -3}, -3, 0},
    {SIM_DIST_EXPONENTIAL, {0.25}, 0.25, 0.0625},
    {SIM_DIST_NORMAL, {-4, 3}, -4, 9},
    {SIM_DIST_NORMAL, {5, 0}, 5, 0},
    {SIM_DIST_LOGNORMAL, {0, 0.5}, 1.1331484530668263, 0.36469585489166},
    {SIM_DIST_ZIPF, {3, 1}, 18.0 / 11, 72.0 / 121},
    {SIM_DIST_NORMAL_POSITIVE, {0, 2}, 1.5957691216057308, 1.4535209105296745},
    {SIM_DIST_NORMAL_POSITIVE, {10, 1}, 10, 1},
    {SIM_DIST_NORMAL_POSITIVE, {-5, 1}, 0.18650396712584212, 0.032696434617112225},
    {SIM_DIST_GAMMA, {2.5, 2}, 5, 10},
    {SIM_DIST_GAMMA, {0.3, 1}, 0.3, 0.3},
    {SIM_DIST_ERLANG, {4, 2}, 2, 1},
    {SIM_DIST_ERLANG, {1, 2}, 2, 4},
    {SIM_DIST_HYPEREXPONENTIAL, {0.9, 0.5, 5.5}, 1, 5.5},
    {SIM_DIST_PARETO, {6, 1}, 1.2, 0.06},
    {SIM_DIST_WEIBULL, {2, 1}, 0.886226925452758, 0.21460183660255172},
    {SIM_DIST_WEIBULL, {0.7, 1}, 1.2658235060572833, 3.4268355536531554},
};

#define EXAMPLE_COUNT (sizeof(examples) / sizeof(examples[0]))

static struct sim_dist make(const struct example *example)
{
    struct sim_dist dist;
    struct sim_dist_error error;

    assert_true(sim_dist_init(&dist, example->kind, example->parameters, &error));
    return dist;
}

static void assert_near(double found, double expected, double tolerance)
{
    assert_true(fabs(found - expected) <= tolerance);
}

static void every_kind_has_an_example(void **state)
{
    bool has_example[SIM_DIST_KIND_COUNT] = {false};

    (void)state;
    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        has_example[examples[i].kind] = true;
    }
    for (uint32_t kind = 0; kind < SIM_DIST_KIND_COUNT; kind++) {
        assert_true(has_example[kind]);
    }
}

static void knows_its_mean_and_variance(void **state)
{
    (void)state;
    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        const struct example *example = &examples[i];
        struct sim_dist dist = make(example);
        assert_near(sim_dist_mean(&dist), example->mean, 1e-9 * (1 + fabs(example->mean)));
        assert_near(sim_dist_variance(&dist), example->variance, 1e-9 * (1 + example->variance));
    }
}

/* Five standard deviations of the mean, and ten of the variance (whose own spread depends on the
 * fourth moment, here at most that of the lognormal example). */
static void draws_have_that_mean_and_variance(void **state)
{
    struct sim_stream stream = sim_stream_named(1, "draws");

    (void)state;
    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        const struct example *example = &examples[i];
        struct sim_dist dist = make(example);
        double sum = 0;
        double sum_squares = 0;
        for (uint32_t j = 0; j < DRAWS; j++) {
            double deviation = sim_dist_draw(&dist, &stream) - example->mean;
            sum += deviation;
            sum_squares += deviation * deviation;
        }
        assert_near(sum / DRAWS, 0, 5 * sqrt(example->variance / DRAWS) + 1e-12);
        assert_near(sum_squares / DRAWS, example->variance, 0.02 * example->variance + 1e-12);
    }
}

static void whole_numbers_are_drawn_as_whole_numbers(void **state)
{
    struct sim_stream stream = sim_stream_named(1, "draws");

    (void)state;
    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        struct sim_dist dist = make(&examples[i]);
        if (dist.kind != SIM_DIST_UNIFORM_INT && dist.kind != SIM_DIST_ZIPF) {
            continue;
        }
        for (uint32_t j = 0; j < 1000; j++) {
            double value = sim_dist_draw(&dist, &stream);
            assert_near(value, floor(value), 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_an_example),
        cmocka_unit_test(knows_its_mean_and_variance),
        cmocka_unit_test(draws_have_that_mean_and_variance),
        cmocka_unit_test(whole_numbers_are_drawn_as_whole_numbers),
    };

    return cmocka_run_group_tests_name("sim/family", tests, NULL, NULL);
}
