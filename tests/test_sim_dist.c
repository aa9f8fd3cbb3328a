/* Tests of sim/dist: means and variances of every kind, and the parameters it refuses. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

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

static void names_its_parameters(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < SIM_DIST_KIND_COUNT; kind++) {
        const struct sim_dist_form *form = sim_dist_form_of((enum sim_dist_kind)kind);
        assert_non_null(form->name);
        assert_in_range(form->parameter_count, 1, SIM_DIST_PARAMETERS_MAX);
        for (uint32_t i = 0; i < SIM_DIST_PARAMETERS_MAX; i++) {
            assert_int_equal(form->parameters[i] != NULL, i < form->parameter_count);
        }
    }
}

struct refusal {
    enum sim_dist_kind kind;
    double parameters[SIM_DIST_PARAMETERS_MAX];
    const char *parameter;
    const char *requirement;
};

static const struct refusal refusals[] = {
    {SIM_DIST_CONSTANT, {(double)NAN}, "value", "a finite number"},
    {SIM_DIST_CONSTANT, {(double)INFINITY}, "value", "a finite number"},
    {SIM_DIST_UNIFORM, {3, 2}, "high", "at least low"},
    {SIM_DIST_UNIFORM, {-(double)INFINITY, 2}, "low", "a finite number"},
    {SIM_DIST_UNIFORM_INT, {1.5, 2}, "low", "an integer"},
    {SIM_DIST_UNIFORM_INT, {1, 2.5}, "high", "an integer"},
    {SIM_DIST_UNIFORM_INT, {1, 1e300}, "high", "an integer"},
    {SIM_DIST_UNIFORM_INT, {1, 0}, "high", "at least low"},
    {SIM_DIST_EXPONENTIAL, {0}, "mean", "greater than 0"},
    {SIM_DIST_EXPONENTIAL, {-1}, "mean", "greater than 0"},
    {SIM_DIST_EXPONENTIAL, {(double)NAN}, "mean", "a finite number"},
    {SIM_DIST_NORMAL, {0, -1}, "deviation", "at least 0"},
    {SIM_DIST_LOGNORMAL, {0, -0.1}, "sigma", "at least 0"},
    {SIM_DIST_ZIPF, {0, 1}, "count", "an integer, at least 1"},
    {SIM_DIST_ZIPF, {10.5, 1}, "count", "an integer, at least 1"},
    {SIM_DIST_ZIPF, {10, -1}, "exponent", "at least 0"},
    {SIM_DIST_NORMAL_POSITIVE, {1, 0}, "deviation", "greater than 0"},
    {SIM_DIST_GAMMA, {0, 1}, "shape", "greater than 0"},
    {SIM_DIST_GAMMA, {1, -1}, "scale", "greater than 0"},
    {SIM_DIST_ERLANG, {1.5, 1}, "stages", "an integer, at least 1"},
    {SIM_DIST_ERLANG, {2, 0}, "mean", "greater than 0"},
    {SIM_DIST_HYPEREXPONENTIAL, {1.1, 1, 2}, "probability", "between 0 and 1"},
    {SIM_DIST_HYPEREXPONENTIAL, {-0.1, 1, 2}, "probability", "between 0 and 1"},
    {SIM_DIST_HYPEREXPONENTIAL, {0.5, 0, 2}, "first_mean", "greater than 0"},
    {SIM_DIST_HYPEREXPONENTIAL, {0.5, 1, (double)NAN}, "second_mean", "a finite number"},
    {SIM_DIST_PARETO, {0, 1}, "shape", "greater than 0"},
    {SIM_DIST_PARETO, {2, 0}, "minimum", "greater than 0"},
    {SIM_DIST_WEIBULL, {0, 1}, "shape", "greater than 0"},
    {SIM_DIST_WEIBULL, {1, 0}, "scale", "greater than 0"},
};

static void refuses_a_bad_parameter_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const struct refusal *refusal = &refusals[i];
        struct sim_dist_error error;
        struct sim_dist dist;
        struct sim_dist untouched;

        memset(&dist, 0x5a, sizeof(dist));
        memset(&untouched, 0x5a, sizeof(untouched));
        assert_false(sim_dist_init(&dist, refusal->kind, refusal->parameters, &error));
        assert_string_equal(error.parameter, refusal->parameter);
        assert_string_equal(error.requirement, refusal->requirement);
        assert_memory_equal(&dist, &untouched, sizeof(dist));
    }
}

static sim_time constant_time(double seconds)
{
    struct sim_stream stream = sim_stream_named(1, "draws");
    struct sim_dist dist = make(&(struct example){SIM_DIST_CONSTANT, {seconds}, 0, 0});

    return sim_dist_draw_time(&dist, &stream);
}

static void times_are_seconds_rounded_to_ns(void **state)
{
    (void)state;
    assert_int_equal(constant_time(1), SIM_SECOND);
    assert_int_equal(constant_time(1.4e-9), 1);
    assert_int_equal(constant_time(1.6e-9), 2);
    assert_int_equal(constant_time(0), 0);
    assert_int_equal(constant_time(-5), 0);
    assert_int_equal(constant_time(1e12), SIM_NEVER);
    assert_int_equal(constant_time(0.002), 2 * SIM_MILLISECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_an_example),
        cmocka_unit_test(knows_its_mean_and_variance),
        cmocka_unit_test(draws_have_that_mean_and_variance),
        cmocka_unit_test(whole_numbers_are_drawn_as_whole_numbers),
        cmocka_unit_test(names_its_parameters),
        cmocka_unit_test(refuses_a_bad_parameter_by_its_name),
        cmocka_unit_test(times_are_seconds_rounded_to_ns),
    };

    return cmocka_run_group_tests_name("sim/dist", tests, NULL, NULL);
}
