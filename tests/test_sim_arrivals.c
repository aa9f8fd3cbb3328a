/* Tests of sim/arrivals: how many arrive, when, and how unevenly. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sim/arrivals.h"

static struct sim_arrivals make(const struct sim_arrivals_config *config)
{
    struct sim_arrivals arrivals;
    struct sim_dist_error error;

    assert_true(sim_arrivals_init(&arrivals, config, sim_stream_named(1, "arrivals"), &error));
    return arrivals;
}

struct counts {
    uint64_t total;
    uint64_t cells[64]; /* arrivals in [i width, (i + 1) width), modulo the period */
};

static struct counts count_until(
    struct sim_arrivals *arrivals, sim_time end, sim_time width, uint32_t cell_count)
{
    struct counts counts = {0};

    for (sim_time now = sim_arrivals_next(arrivals, 0); now < end;) {
        counts.total++;
        counts.cells[now / width % cell_count]++;
        sim_time next = sim_arrivals_next(arrivals, now);
        assert_true(next >= now);
        now = next;
    }
    return counts;
}

/* Five standard deviations of a Poisson count. */
static void assert_poisson_count(uint64_t found, double expected)
{
    assert_true(fabs((double)found - expected) < 5 * sqrt(expected) + 1e-9);
}

static void poisson_counts_are_poisson(void **state)
{
    struct sim_arrivals arrivals =
        make(&(struct sim_arrivals_config){.kind = SIM_ARRIVALS_POISSON, .rate = 1000});
    double squares = 0;
    sim_time now = 0;

    (void)state;
    for (uint32_t i = 1; i <= 10000; i++) {
        uint32_t count = 0;
        for (; now < (sim_time)i * 10 * SIM_MILLISECOND; count++) {
            now = sim_arrivals_next(&arrivals, now);
        }
        squares += (count - 10.0) * (count - 10.0);
    }
    assert_true(fabs(squares / 10000 - 10) < 1); /* the variance is the mean */
    assert_true(fabs(sim_arrivals_rate(&arrivals) - 1000) < 1e-9);
}

static void periodic_arrivals_do_not_drift(void **state)
{
    struct sim_arrivals arrivals =
        make(&(struct sim_arrivals_config){.kind = SIM_ARRIVALS_PERIODIC, .rate = 3});
    sim_time now = 0;

    (void)state;
    now = sim_arrivals_next(&arrivals, now);
    assert_int_equal(now, 333333333);
    now = sim_arrivals_next(&arrivals, now);
    assert_int_equal(now, 666666667);
    for (uint32_t i = 2; i < 3000000; i++) {
        now = sim_arrivals_next(&arrivals, now);
    }
    assert_int_equal(now, 1000000 * SIM_SECOND);
}

static void renewals_keep_the_distances_of_their_distribution(void **state)
{
    struct sim_arrivals_config config = {.kind = SIM_ARRIVALS_RENEWAL};
    struct sim_dist_error error;

    (void)state;
    assert_true(sim_dist_init(&config.interval, SIM_DIST_CONSTANT, (const double[]){0.25}, &error));
    struct sim_arrivals arrivals = make(&config);
    assert_int_equal(sim_arrivals_next(&arrivals, 10), 10 + SIM_SECOND / 4);
    assert_true(fabs(sim_arrivals_rate(&arrivals) - 4) < 1e-12);
    sim_arrivals_set_factor(&arrivals, 2, 0);
    assert_int_equal(sim_arrivals_next(&arrivals, 10), 10 + SIM_SECOND / 8);
    sim_arrivals_set_factor(&arrivals, 0, 0);
    assert_int_equal(sim_arrivals_next(&arrivals, 10), SIM_NEVER);
}

static void bursts_have_the_mean_rate_but_not_its_evenness(void **state)
{
    struct sim_arrivals arrivals = make(&(struct sim_arrivals_config){
        .kind = SIM_ARRIVALS_BURSTY,
        .stage_count = 2,
        .stages = {{.rate = 100, .duration = 9}, {.rate = 2000, .duration = 1}},
    });
    const uint32_t seconds = 50000;
    double squares = 0;
    uint64_t total = 0;
    sim_time now = sim_arrivals_next(&arrivals, 0);

    (void)state;
    assert_true(fabs(sim_arrivals_rate(&arrivals) - 290) < 1e-9);
    for (uint32_t i = 1; i <= seconds; i++) {
        uint32_t count = 0;
        for (; now < i * SIM_SECOND; count++) {
            now = sim_arrivals_next(&arrivals, now);
        }
        total += count;
        squares += (count - 290.0) * (count - 290.0);
    }
    /* Rates switch with a time constant of 0.9 s: the count of T = 50,000 s has variance
     * 290 T + 2 p q (1900)^2 0.9 T, p q = 0.09. */
    double variance = (290 + 2 * 0.09 * 1900 * 1900 * 0.9) * seconds;
    assert_true(fabs((double)total - 290.0 * seconds) < 5 * sqrt(variance));
    /* and of one second 290 + 2 p q (1900)^2 0.9^2 (1 / 0.9 - 1 + exp(-1 / 0.9)). */
    double second = 290 + 2 * 0.09 * 1900 * 1900 * 0.81 * (1 / 0.9 - 1 + exp(-1 / 0.9));
    assert_true(fabs(squares / seconds / second - 1) < 0.1);
}

static void bursts_visit_every_stage(void **state)
{
    struct sim_arrivals_config config = {.kind = SIM_ARRIVALS_BURSTY, .stage_count = 4};

    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        config.stages[i] = (struct sim_arrivals_stage){.rate = i * 1000.0, .duration = 1 + i};
    }
    struct sim_arrivals arrivals = make(&config);
    struct counts counts = count_until(&arrivals, 20000 * SIM_SECOND, SIM_SECOND, 1);
    assert_true(fabs(sim_arrivals_rate(&arrivals) - 2000) < 1e-9);
    assert_true(fabs((double)counts.total / 20000 / 2000 - 1) < 0.05);
}

static void one_stage_is_a_poisson_process(void **state)
{
    struct sim_arrivals arrivals = make(&(struct sim_arrivals_config){
        .kind = SIM_ARRIVALS_BURSTY,
        .stage_count = 1,
        .stages = {{.rate = 100, .duration = 1}},
    });
    struct counts counts = count_until(&arrivals, 1000 * SIM_SECOND, SIM_SECOND, 1);

    (void)state;
    assert_poisson_count(counts.total, 100000);
}

static void each_piece_has_its_own_rate(void **state)
{
    struct sim_arrivals_config config = {
        .kind = SIM_ARRIVALS_PIECEWISE,
        .stage_count = 3,
        .stages = {{1000, 2}, {0, 1}, {3000, 1}},
        .repeats = true,
    };
    struct sim_arrivals arrivals = make(&config);
    struct counts counts = count_until(&arrivals, 400 * SIM_SECOND, SIM_SECOND, 4);

    (void)state;
    assert_poisson_count(counts.cells[0], 100000);
    assert_poisson_count(counts.cells[1], 100000);
    assert_int_equal(counts.cells[2], 0);
    assert_poisson_count(counts.cells[3], 300000);
    assert_true(fabs(sim_arrivals_rate(&arrivals) - 1250) < 1e-9);
}

static void the_last_piece_lasts_for_ever(void **state)
{
    struct sim_arrivals_config config = {
        .kind = SIM_ARRIVALS_PIECEWISE,
        .stage_count = 2,
        .stages = {{1000, 2}, {10, 1}},
    };
    struct sim_arrivals arrivals = make(&config);
    struct counts counts = count_until(&arrivals, 1002 * SIM_SECOND, SIM_SECOND, 64);

    (void)state;
    assert_poisson_count(counts.total, 2000 + 10000);
    assert_true(fabs(sim_arrivals_rate(&arrivals) - 10) < 1e-9);

    config.stages[1].rate = 0;
    arrivals = make(&config);
    counts = count_until(&arrivals, SIM_NEVER, SIM_SECOND, 64);
    assert_poisson_count(counts.total, 2000);
    assert_int_equal(sim_arrivals_next(&arrivals, SIM_NEVER - 1), SIM_NEVER);
}

/* Over the quarter around the peak, the mean of the cosine is 2 sqrt(2) / pi. */
static void a_day_has_its_peak_where_it_says(void **state)
{
    struct sim_arrivals arrivals = make(&(struct sim_arrivals_config){
        .kind = SIM_ARRIVALS_DIURNAL,
        .rate = 1000,
        .amplitude = 0.8,
        .period = 8,
        .peak = 3,
    });
    struct counts counts = count_until(&arrivals, 800 * SIM_SECOND, 2 * SIM_SECOND, 4);
    const double wave = 0.8 * 2 * sqrt(2) / acos(-1);

    (void)state;
    assert_poisson_count(counts.cells[0], 200000);
    assert_poisson_count(counts.cells[1], 200000 * (1 + wave));
    assert_poisson_count(counts.cells[2], 200000);
    assert_poisson_count(counts.cells[3], 200000 * (1 - wave));
    assert_true(fabs(sim_arrivals_rate(&arrivals) - 1000) < 1e-9);
}

static void a_factor_multiplies_the_rate_of_every_kind(void **state)
{
    struct sim_arrivals_config configs[] = {
        {.kind = SIM_ARRIVALS_POISSON, .rate = 100},
        {.kind = SIM_ARRIVALS_PERIODIC, .rate = 100},
        {.kind = SIM_ARRIVALS_PIECEWISE, .stage_count = 1, .stages = {{100, 1}}},
        {.kind = SIM_ARRIVALS_BURSTY, .stage_count = 2, .stages = {{100, 1}, {100, 1}}},
        {.kind = SIM_ARRIVALS_DIURNAL, .rate = 100, .amplitude = 0.5, .period = 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
        struct sim_arrivals arrivals = make(&configs[i]);
        sim_arrivals_set_factor(&arrivals, 10, 0);
        struct counts counts = count_until(&arrivals, 100 * SIM_SECOND, SIM_SECOND, 1);
        assert_poisson_count(counts.total, 100000);
        assert_true(fabs(sim_arrivals_rate(&arrivals) - 1000) < 1e-9);
        sim_arrivals_set_factor(&arrivals, 0, 100 * SIM_SECOND);
        assert_int_equal(sim_arrivals_next(&arrivals, 100 * SIM_SECOND), SIM_NEVER);
    }
}

struct refusal {
    struct sim_arrivals_config config;
    const char *parameter;
};

static const struct refusal refusals[] = {
    {{.kind = SIM_ARRIVALS_POISSON, .rate = 0}, "rate"},
    {{.kind = SIM_ARRIVALS_POISSON, .rate = (double)NAN}, "rate"},
    {{.kind = SIM_ARRIVALS_PERIODIC, .rate = (double)INFINITY}, "rate"},
    {{.kind = SIM_ARRIVALS_RENEWAL}, "interval"},
    {{.kind = SIM_ARRIVALS_BURSTY}, "stages"},
    {{.kind = SIM_ARRIVALS_BURSTY, .stage_count = 33}, "stages"},
    {{.kind = SIM_ARRIVALS_BURSTY, .stage_count = 1, .stages = {{-1, 1}}}, "rate"},
    {{.kind = SIM_ARRIVALS_BURSTY, .stage_count = 1, .stages = {{1e-9, 1e-3}}}, "rate"},
    {{.kind = SIM_ARRIVALS_PIECEWISE, .stage_count = 1, .stages = {{1, 0}}}, "duration"},
    {{.kind = SIM_ARRIVALS_PIECEWISE, .stage_count = 1, .stages = {{1, 1e10}}}, "duration"},
    {{.kind = SIM_ARRIVALS_PIECEWISE, .stage_count = 1, .stages = {{1, (double)NAN}}}, "duration"},
    {{.kind = SIM_ARRIVALS_DIURNAL, .rate = 1, .amplitude = 1.5, .period = 1}, "amplitude"},
    {{.kind = SIM_ARRIVALS_DIURNAL, .rate = 1, .amplitude = (double)NAN, .period = 1}, "amplitude"},
    {{.kind = SIM_ARRIVALS_DIURNAL, .rate = 1, .amplitude = 1, .period = 0}, "period"},
    {{.kind = SIM_ARRIVALS_DIURNAL, .rate = 1, .period = 1, .peak = (double)NAN}, "peak"},
};

static void refuses_a_bad_parameter_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct sim_arrivals arrivals;
        struct sim_dist_error error;
        struct sim_stream stream = sim_stream_named(1, "arrivals");
        assert_false(sim_arrivals_init(&arrivals, &refusals[i].config, stream, &error));
        assert_string_equal(error.parameter, refusals[i].parameter);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(poisson_counts_are_poisson),
        cmocka_unit_test(periodic_arrivals_do_not_drift),
        cmocka_unit_test(renewals_keep_the_distances_of_their_distribution),
        cmocka_unit_test(bursts_have_the_mean_rate_but_not_its_evenness),
        cmocka_unit_test(bursts_visit_every_stage),
        cmocka_unit_test(one_stage_is_a_poisson_process),
        cmocka_unit_test(each_piece_has_its_own_rate),
        cmocka_unit_test(the_last_piece_lasts_for_ever),
        cmocka_unit_test(a_day_has_its_peak_where_it_says),
        cmocka_unit_test(a_factor_multiplies_the_rate_of_every_kind),
        cmocka_unit_test(refuses_a_bad_parameter_by_its_name),
    };

    return cmocka_run_group_tests_name("sim/arrivals", tests, NULL, NULL);
}
