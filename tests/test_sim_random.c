/* Tests of sim/random: that streams are functions of their names, and that their draws have the
 * distributions they claim. Seeds are fixed, so a test passes always or never; bounds are those of
 * five standard deviations. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/random.h"

#define DRAWS 1000000

static void a_stream_is_a_function_of_seed_and_name(void **state)
{
    struct sim_stream a = sim_stream_named(1, "a");
    struct sim_stream again = sim_stream_named(1, "a");
    struct sim_stream other = sim_stream_named(1, "b");
    struct sim_stream seeded = sim_stream_named(2, "a");
    uint64_t first = sim_stream_next(&a);

    (void)state;
    assert_int_equal(first, sim_stream_next(&again));
    assert_true(first != sim_stream_next(&other));
    assert_true(first != sim_stream_next(&seeded));
}

static void a_draw_is_a_function_of_key_and_counter(void **state)
{
    struct sim_stream stream = sim_stream_named(1, "a");
    struct sim_stream tenth = {.key = stream.key, .counter = 9};

    (void)state;
    for (uint32_t i = 0; i < 9; i++) {
        (void)sim_stream_next(&stream);
    }
    assert_int_equal(stream.counter, 9);
    assert_int_equal(sim_stream_next(&stream), sim_stream_next(&tenth));
}

/* The outputs of SplitMix64 from seed 1234567, as other implementations publish them. */
static void the_generator_is_splitmix64(void **state)
{
    struct sim_stream stream = {.key = 1234567};

    (void)state;
    assert_int_equal(sim_stream_next(&stream), UINT64_C(6457827717110365317));
    assert_int_equal(sim_stream_next(&stream), UINT64_C(3203168211198807973));
    assert_int_equal(sim_stream_next(&stream), UINT64_C(9817491932198370423));
    assert_int_equal(sim_stream_next(&stream), UINT64_C(4593380528125082431));
    assert_int_equal(sim_stream_next(&stream), UINT64_C(16408922859458223821));
}

static void what_belongs_to_a_message_does_not_depend_on_the_order(void **state)
{
    struct sim_stream parent = sim_stream_named(1, "service");
    uint64_t in_order[100];

    (void)state;
    for (uint32_t id = 0; id < 100; id++) {
        struct sim_stream own = sim_stream_of(&parent, id);
        in_order[id] = sim_stream_next(&own);
    }
    (void)sim_stream_next(&parent); /* the parent's own draws do not matter either */
    for (uint32_t id = 100; id-- > 0;) {
        struct sim_stream own = sim_stream_of(&parent, id);
        assert_int_equal(sim_stream_next(&own), in_order[id]);
    }
}

/* ---- tests of fit ---- */

/* Counts in cells of one probability: the statistic has cells - 1 degrees of freedom. */
static void assert_even(const uint32_t *counts, uint32_t cells, double draws)
{
    double expected = draws / cells;
    double chi_squared = 0;

    for (uint32_t i = 0; i < cells; i++) {
        chi_squared += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    double deviation = sqrt(2.0 * (cells - 1));
    assert_true(fabs(chi_squared - (cells - 1)) < 5 * deviation);
}

static void units_are_uniform(void **state)
{
    static uint32_t counts[1000];
    struct sim_stream stream = sim_stream_named(1, "units");

    (void)state;
    for (uint32_t i = 0; i < DRAWS; i++) {
        double unit = sim_stream_unit(&stream);
        assert_true(unit >= 0 && unit < 1);
        counts[(uint32_t)(unit * 1000)]++;
    }
    assert_even(counts, 1000, DRAWS);
}

/* First draws of the streams of consecutive messages, in pairs: what a poor derivation of keys
 * spoils. */
static void streams_of_neighbouring_messages_are_independent(void **state)
{
    static uint32_t counts[1024];
    struct sim_stream parent = sim_stream_named(1, "service");
    uint32_t previous = 0;

    (void)state;
    for (uint32_t id = 0; id < DRAWS; id++) {
        struct sim_stream own = sim_stream_of(&parent, id);
        uint32_t cell = (uint32_t)(sim_stream_next(&own) >> 59);
        counts[previous * 32 + cell]++;
        previous = cell;
    }
    assert_even(counts, 1024, DRAWS);
}

static void every_bit_is_fair(void **state)
{
    uint32_t ones[64] = {0};
    struct sim_stream stream = sim_stream_named(1, "bits");

    (void)state;
    for (uint32_t i = 0; i < DRAWS; i++) {
        uint64_t bits = sim_stream_next(&stream);
        for (uint32_t bit = 0; bit < 64; bit++) {
            ones[bit] += (uint32_t)(bits >> bit & 1);
        }
    }
    for (uint32_t bit = 0; bit < 64; bit++) {
        assert_true(fabs(ones[bit] - DRAWS / 2.0) < 5 * sqrt(DRAWS / 4.0));
    }
}

static void below_is_uniform_and_in_range(void **state)
{
    uint32_t counts[7] = {0};
    struct sim_stream stream = sim_stream_named(1, "below");

    (void)state;
    for (uint32_t i = 0; i < DRAWS; i++) {
        uint64_t value = sim_stream_below(&stream, 7);
        assert_true(value < 7);
        counts[value]++;
    }
    assert_even(counts, 7, DRAWS);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(sim_stream_below(&stream, 1), 0);
    }
}

/* A bound of two thirds of 2^64: without the correction, a third of the values would be twice as
 * likely. */
static void below_has_no_bias_for_a_huge_bound(void **state)
{
    uint32_t counts[3] = {0};
    const uint64_t third = UINT64_C(0x4000000000000000);
    struct sim_stream stream = sim_stream_named(1, "below");

    (void)state;
    for (uint32_t i = 0; i < DRAWS; i++) {
        counts[sim_stream_below(&stream, 3 * third) / third]++;
    }
    assert_even(counts, 3, DRAWS);
    uint32_t odd = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        odd += sim_stream_below(&stream, 3 * third) % 3 == 1;
    }
    assert_true(fabs(odd - DRAWS / 3.0) < 5 * sqrt(DRAWS * 2.0 / 9));
}

typedef double draw_fn(struct sim_stream *stream);
typedef double distribution_fn(double x);

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a;
    double second = *(const double *)b;

    return (first > second) - (first < second);
}

/* Kolmogorov and Smirnov: the largest distance, times the root of the number of draws, is below
 * 1.95 with probability 0.999. */
static void assert_fits(draw_fn *draw, distribution_fn *distribution)
{
    double *values = calloc(DRAWS, sizeof(*values));
    struct sim_stream stream = sim_stream_named(1, "fit");
    double largest = 0;

    assert_non_null(values);
    for (uint32_t i = 0; i < DRAWS; i++) {
        values[i] = draw(&stream);
    }
    qsort(values, DRAWS, sizeof(*values), compare);
    for (uint32_t i = 0; i < DRAWS; i++) {
        double exact = distribution(values[i]);
        double distance = fmax(fabs(exact - (double)i / DRAWS), fabs((i + 1.0) / DRAWS - exact));
        largest = fmax(largest, distance);
    }
    assert_true(largest * sqrt(DRAWS) < 1.95);
    free(values);
}

static double exponential_distribution(double x)
{
    return -expm1(-x);
}

static double normal_distribution(double x)
{
    return erfc(-x / sqrt(2)) / 2;
}

static void exponentials_fit(void **state)
{
    (void)state;
    assert_fits(sim_stream_exponential, exponential_distribution);
}

static void normals_fit(void **state)
{
    (void)state;
    assert_fits(sim_stream_normal, normal_distribution);
}

/* How often |draw| exceeds a level deep in the tail, against its probability. */
static void assert_tail(draw_fn *draw, double level, double probability)
{
    const uint32_t draws = 20 * DRAWS;
    struct sim_stream stream = sim_stream_named(2, "tail");
    uint32_t beyond = 0;

    for (uint32_t i = 0; i < draws; i++) {
        beyond += fabs(draw(&stream)) > level;
    }
    assert_true(fabs(beyond - draws * probability) < 5 * sqrt(draws * probability));
}

static void the_tails_fit(void **state)
{
    (void)state;
    assert_tail(sim_stream_exponential, 8, exp(-8));
    assert_tail(sim_stream_exponential, 12, exp(-12));
    assert_tail(sim_stream_normal, 3.7, erfc(3.7 / sqrt(2)));
    assert_tail(sim_stream_normal, 4.3, erfc(4.3 / sqrt(2)));
}

static void draws_have_the_same_bits_on_every_machine(void **state)
{
    struct sim_stream stream = sim_stream_named(7, "digest");
    double sum = 0;

    (void)state;
    for (uint32_t i = 0; i < DRAWS; i++) {
        sum += sim_stream_exponential(&stream) + sim_stream_normal(&stream);
    }
    assert_int_equal((int64_t)(sum * 1e6), INT64_C(0xe8f46e84f8));
    assert_int_equal(sim_stream_next(&stream), UINT64_C(0x91611eaac316ce77));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_is_a_function_of_seed_and_name),
        cmocka_unit_test(a_draw_is_a_function_of_key_and_counter),
        cmocka_unit_test(the_generator_is_splitmix64),
        cmocka_unit_test(what_belongs_to_a_message_does_not_depend_on_the_order),
        cmocka_unit_test(units_are_uniform),
        cmocka_unit_test(streams_of_neighbouring_messages_are_independent),
        cmocka_unit_test(every_bit_is_fair),
        cmocka_unit_test(below_is_uniform_and_in_range),
        cmocka_unit_test(below_has_no_bias_for_a_huge_bound),
        cmocka_unit_test(exponentials_fit),
        cmocka_unit_test(normals_fit),
        cmocka_unit_test(the_tails_fit),
        cmocka_unit_test(draws_have_the_same_bits_on_every_machine),
    };

    return cmocka_run_group_tests_name("sim/random", tests, NULL, NULL);
}
