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
    {SIM_DIST_EXPONENTIAL, {1e31}, "mean", "at most 1e30 in size"},
    {SIM_DIST_EXPONENTIAL, {1e-31}, "mean", "at least 1e-30"},
    {SIM_DIST_NORMAL, {-1e300, 1}, "mean", "at most 1e30 in size"},
    {SIM_DIST_NORMAL, {0, -1}, "deviation", "at least 0"},
    {SIM_DIST_LOGNORMAL, {0, -0.1}, "sigma", "between 0 and 10"},
    {SIM_DIST_LOGNORMAL, {0, 11}, "sigma", "between 0 and 10"},
    {SIM_DIST_LOGNORMAL, {-201, 1}, "mu", "between -200 and 200"},
    {SIM_DIST_ZIPF, {0, 1}, "count", "an integer, at least 1"},
    {SIM_DIST_ZIPF, {10.5, 1}, "count", "an integer, at least 1"},
    {SIM_DIST_ZIPF, {10, -1}, "exponent", "between 0 and 100"},
    {SIM_DIST_ZIPF, {10, 1e18}, "exponent", "between 0 and 100"},
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
    {SIM_DIST_WEIBULL, {0, 1}, "shape", "between 0.02 and 1000"},
    {SIM_DIST_WEIBULL, {1001, 1}, "shape", "between 0.02 and 1000"},
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

/* Every pair and triple of these: most are refused, and those that are not must do. */
static const double extremes[] = {
    0,
    1e-320,
    1e-30,
    1e-9,
    0.02,
    0.5,
    1,
    2,
    3,
    100,
    1000,
    1e9,
    0x1p53,
    1e30,
    1e308,
    -1,
    -200,
    -1e30};

#define EXTREME_COUNT (sizeof(extremes) / sizeof(extremes[0]))

/* Returns whether the parameters were accepted. */
static bool check_extremes(enum sim_dist_kind kind, const double *parameters)
{
    struct sim_stream stream = sim_stream_named(kind, "extremes");
    struct sim_dist_error error;
    struct sim_dist dist;

    if (!sim_dist_init(&dist, kind, parameters, &error)) {
        return false;
    }
    assert_true(!isnan(sim_dist_mean(&dist)));
    assert_true(sim_dist_variance(&dist) >= 0);
    for (uint32_t i = 0; i < 10; i++) {
        assert_true(!isnan(sim_dist_draw(&dist, &stream)));
        assert_true(sim_dist_draw_time(&dist, &stream) >= 0);
    }
    return true;
}

static void what_it_accepts_never_gives_a_nan(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < SIM_DIST_KIND_COUNT; kind++) {
        uint32_t accepted = 0;
        for (size_t i = 0; i < EXTREME_COUNT * EXTREME_COUNT * EXTREME_COUNT; i++) {
            const double parameters[SIM_DIST_PARAMETERS_MAX] = {
                extremes[i % EXTREME_COUNT],
                extremes[i / EXTREME_COUNT % EXTREME_COUNT],
                extremes[i / EXTREME_COUNT / EXTREME_COUNT],
            };
            accepted += check_extremes((enum sim_dist_kind)kind, parameters);
        }
        assert_true(accepted > 0);
    }
}

#define MESSAGE_COUNT UINT64_C(1000)

/* Deliveries in three orders, with messages delivered twice and not at all: what a message draws
 * is the same in each, and is not what another one draws. */
static void a_message_keeps_its_service_time_whatever_the_order_of_deliveries(void **state)
{
    const struct sim_stream services = sim_stream_named(7, "services");
    const struct sim_stream others = sim_stream_named(7, "delays");
    struct sim_stream shuffle = sim_stream_named(8, "order");
    const double parameters[] = {1, 2};
    struct sim_dist_error error;
    struct sim_dist dist;
    sim_time first[MESSAGE_COUNT];

    (void)state;
    assert_true(sim_dist_init(&dist, SIM_DIST_GAMMA, parameters, &error)); /* draws a few times */
    for (uint64_t id = 0; id < MESSAGE_COUNT; id++) {
        first[id] = sim_dist_draw_time_of(&dist, &services, id);
        assert_true(id == 0 || first[id] != first[id - 1]);
        assert_true(first[id] != sim_dist_draw_time_of(&dist, &others, id));
    }
    for (uint64_t id = MESSAGE_COUNT; id-- > 0;) {
        assert_int_equal(sim_dist_draw_time_of(&dist, &services, id), first[id]);
    }
    for (uint32_t delivery = 0; delivery < 3 * MESSAGE_COUNT; delivery++) {
        uint64_t id = sim_stream_below(&shuffle, MESSAGE_COUNT);
        assert_int_equal(sim_dist_draw_time_of(&dist, &services, id), first[id]);
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
        cmocka_unit_test(what_it_accepts_never_gives_a_nan),
        cmocka_unit_test(a_message_keeps_its_service_time_whatever_the_order_of_deliveries),
        cmocka_unit_test(times_are_seconds_rounded_to_ns),
    };

    return cmocka_run_group_tests_name("sim/dist", tests, NULL, NULL);
}
