/* Tests of sim/dist: the names of parameters, which values are refused, and times. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sim/dist.h"

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
    struct sim_dist dist;
    struct sim_dist_error error;

    assert_true(sim_dist_init(&dist, SIM_DIST_CONSTANT, &seconds, &error));
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
        cmocka_unit_test(names_its_parameters),
        cmocka_unit_test(refuses_a_bad_parameter_by_its_name),
        cmocka_unit_test(times_are_seconds_rounded_to_ns),
    };

    return cmocka_run_group_tests_name("sim/dist", tests, NULL, NULL);
}
