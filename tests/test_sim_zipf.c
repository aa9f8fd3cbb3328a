/* Tests of sim/zipf: the probability of each rank, at any size. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sim/zipf.h"

#define DRAWS 1000000

/* Ranks 1 .. COUNT one by one: chi-squared with COUNT - 1 degrees of freedom. */
static void assert_fits(double exponent)
{
    enum { COUNT = 50 };
    uint32_t counts[COUNT + 1] = {0};
    struct sim_zipf zipf;
    struct sim_stream stream = sim_stream_named(1, "ranks");
    double sum = 0;
    double chi_squared = 0;

    sim_zipf_init(&zipf, COUNT, exponent);
    for (uint32_t i = 0; i < DRAWS; i++) {
        double rank = sim_zipf_draw(&zipf, &stream);
        assert_true(rank >= 1 && rank <= COUNT);
        counts[(uint32_t)rank]++;
    }
    for (uint32_t k = 1; k <= COUNT; k++) {
        sum += pow(k, -exponent);
    }
    for (uint32_t k = 1; k <= COUNT; k++) {
        double expected = DRAWS * pow(k, -exponent) / sum;
        chi_squared += (counts[k] - expected) * (counts[k] - expected) / expected;
    }
    assert_true(chi_squared < COUNT - 1 + 5 * sqrt(2.0 * (COUNT - 1)));
}

static void ranks_have_their_probabilities(void **state)
{
    const double exponents[] = {0, 0.3, 0.99, 1, 1.01, 1.1, 2, 3};

    (void)state;
    for (uint32_t i = 0; i < sizeof(exponents) / sizeof(exponents[0]); i++) {
        assert_fits(exponents[i]);
    }
}

static void one_rank_is_always_drawn(void **state)
{
    struct sim_zipf zipf;
    struct sim_stream stream = sim_stream_named(1, "ranks");

    (void)state;
    sim_zipf_init(&zipf, 1, 1.1);
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal((int64_t)sim_zipf_draw(&zipf, &stream), 1);
    }
}

/* The share of ranks 1, 2 .. 1000, 1001 .. 10^6 and the rest among 10^9. */
static void a_billion_ranks_have_their_shares(void **state)
{
    const double edges[] = {1, 1e3, 1e6, 1e9};
    const double exponent = 1.1;
    uint32_t counts[4] = {0};
    struct sim_zipf zipf;
    struct sim_stream stream = sim_stream_named(1, "ranks");

    (void)state;
    sim_zipf_init(&zipf, 1e9, exponent);
    for (uint32_t i = 0; i < DRAWS; i++) {
        double rank = sim_zipf_draw(&zipf, &stream);
        counts[(rank > edges[0]) + (rank > edges[1]) + (rank > edges[2])]++;
    }
    double before = 0;
    for (uint32_t i = 0; i < 4; i++) {
        double upto = sim_zipf_sum(edges[i], exponent) / sim_zipf_sum(1e9, exponent);
        double share = upto - before;
        before = upto;
        assert_true(fabs(counts[i] - DRAWS * share) < 5 * sqrt(DRAWS * share));
    }
}

static void assert_sum(uint32_t count, double exponent)
{
    long double sum = 0;

    for (uint32_t k = count; k >= 1; k--) {
        sum += powl(k, -(long double)exponent);
    }
    assert_true(fabsl((long double)sim_zipf_sum(count, exponent) - sum) < 1e-10L * sum);
}

static void the_sum_agrees_with_adding_up(void **state)
{
    const double exponents[] = {-1, -2, 0, 0.5, 0.999, 1, 1.001, 2, 7.5};
    const uint32_t counts[] = {1, 2, 63, 64, 65, 100, 5000, 1000000};

    (void)state;
    for (uint32_t i = 0; i < sizeof(exponents) / sizeof(exponents[0]); i++) {
        for (uint32_t j = 0; j < sizeof(counts) / sizeof(counts[0]); j++) {
            assert_sum(counts[j], exponents[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_have_their_probabilities),
        cmocka_unit_test(one_rank_is_always_drawn),
        cmocka_unit_test(a_billion_ranks_have_their_shares),
        cmocka_unit_test(the_sum_agrees_with_adding_up),
    };

    return cmocka_run_group_tests_name("sim/zipf", tests, NULL, NULL);
}
