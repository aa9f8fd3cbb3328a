/* Tests of sim/discrete: the share of every value, and the tables it refuses. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sim/discrete.h"
#include "sim/dist.h"

#define DRAWS 1000000

static void assert_near(double found, double expected)
{
    assert_true(fabs(found - expected) <= 1e-12 * (1 + fabs(expected)));
}

static void assert_shares(const double *weights, uint32_t count)
{
    double values[64];
    uint32_t counts[64] = {0};
    double sum = 0;
    struct sim_discrete_error error;
    struct sim_stream stream = sim_stream_named(1, "values");

    for (uint32_t i = 0; i < count; i++) {
        values[i] = i;
        sum += weights[i];
    }
    sim_discrete *discrete = sim_discrete_create(values, weights, count, &error);
    assert_non_null(discrete);
    for (uint32_t i = 0; i < DRAWS; i++) {
        counts[(uint32_t)sim_discrete_draw(discrete, &stream)]++;
    }
    for (uint32_t i = 0; i < count; i++) {
        double share = weights[i] / sum;
        assert_true(fabs(counts[i] - DRAWS * share) <= 5 * sqrt(DRAWS * share * (1 - share)));
    }
    sim_discrete_destroy(discrete);
}

static void values_are_drawn_in_proportion_to_their_weights(void **state)
{
    double powers[64];

    (void)state;
    assert_shares((const double[]){1}, 1);
    assert_shares((const double[]){1, 1}, 2);
    assert_shares((const double[]){0, 1, 0}, 3);
    assert_shares((const double[]){5, 1, 1, 1, 0.5, 0, 9}, 7);
    for (uint32_t i = 0; i < 64; i++) {
        powers[i] = pow(i + 1, -1.1);
    }
    assert_shares(powers, 64);
}

static void knows_mean_and_variance_of_weighted_values(void **state)
{
    const double values[] = {1, 2, 4};
    const double weights[] = {2, 1, 1};
    struct sim_discrete_error error;
    sim_discrete *discrete = sim_discrete_create(values, weights, 3, &error);

    (void)state;
    assert_non_null(discrete);
    assert_near(sim_discrete_mean(discrete), 2);
    assert_near(sim_discrete_variance(discrete), 1.5);
    sim_discrete_destroy(discrete);
}

static void samples_are_joined_by_straight_lines(void **state)
{
    const double samples[] = {4, 0, 1};
    struct sim_discrete_error error;
    struct sim_stream stream = sim_stream_named(1, "values");
    sim_discrete *discrete = sim_discrete_create_empirical(samples, 3, &error);
    uint32_t below_one = 0;
    uint32_t below_two = 0;
    double sum = 0;

    (void)state;
    assert_non_null(discrete);
    for (uint32_t i = 0; i < DRAWS; i++) {
        double value = sim_discrete_draw(discrete, &stream);
        assert_true(value >= 0 && value < 4);
        below_one += value < 1;
        below_two += value < 2;
        sum += value;
    }
    assert_true(fabs(below_one - DRAWS / 2.0) < 5 * sqrt(DRAWS / 4.0));
    assert_true(fabs(below_two - DRAWS * 2 / 3.0) < 5 * sqrt(DRAWS * 2 / 9.0));
    assert_near(sim_discrete_mean(discrete), 1.5);
    /* half of U(0, 1) and half of U(1, 4): second moment (1/3 + 7) / 2 */
    assert_near(sim_discrete_variance(discrete), 22.0 / 6 - 2.25);
    assert_true(fabs(sum / DRAWS - 1.5) < 5 * sqrt(1.5 / DRAWS));
    sim_discrete_destroy(discrete);
}

static void refuses_a_table_that_is_none(void **state)
{
    const double values[] = {1, 2, (double)NAN};
    const double ones[] = {1, 1, 1};
    const double not_finite[] = {1, 2, (double)NAN};
    const double negative[] = {1, -1, 1};
    const double zeroes[] = {0, 0, 0};
    struct sim_discrete_error error;

    (void)state;
    assert_null(sim_discrete_create(values, ones, 3, &error));
    assert_int_equal(error.index, 2);
    assert_string_equal(error.requirement, "a finite number");
    assert_null(sim_discrete_create(negative, not_finite, 3, &error));
    assert_int_equal(error.index, 2);
    assert_null(sim_discrete_create(ones, negative, 3, &error));
    assert_int_equal(error.index, 1);
    assert_string_equal(error.requirement, "at least 0");
    assert_null(sim_discrete_create(ones, zeroes, 3, &error));
    assert_null(sim_discrete_create(ones, ones, 0, &error));
    assert_null(sim_discrete_create_empirical(ones, 1, &error));
    assert_null(sim_discrete_create_empirical(values, 3, &error));
    assert_int_equal(error.index, 2);
}

static void a_table_serves_as_a_distribution(void **state)
{
    const double values[] = {1, 2, 4};
    const double weights[] = {2, 1, 1};
    struct sim_discrete_error error;
    sim_discrete *discrete = sim_discrete_create(values, weights, 3, &error);
    struct sim_stream stream = sim_stream_named(1, "values");
    struct sim_stream again = stream;
    struct sim_dist dist;

    (void)state;
    assert_non_null(discrete);
    sim_dist_init_table(&dist, discrete);
    for (uint32_t i = 0; i < 100; i++) {
        assert_near(sim_dist_draw(&dist, &stream), sim_discrete_draw(discrete, &again));
    }
    assert_near(sim_dist_mean(&dist), 2);
    assert_near(sim_dist_variance(&dist), 1.5);
    sim_discrete_destroy(discrete);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_drawn_in_proportion_to_their_weights),
        cmocka_unit_test(knows_mean_and_variance_of_weighted_values),
        cmocka_unit_test(samples_are_joined_by_straight_lines),
        cmocka_unit_test(refuses_a_table_that_is_none),
        cmocka_unit_test(a_table_serves_as_a_distribution),
    };

    return cmocka_run_group_tests_name("sim/discrete", tests, NULL, NULL);
}
