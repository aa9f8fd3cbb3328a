/* Theory: one exponential server, and arrivals that are not Poisson, or not one by one. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "theory_network.h"

/* Service of mean 1. */
static struct theory_network station_for(struct sim_arrivals_config arrivals)
{
    return (struct theory_network){
        .station_count = 1,
        .class_count = 1,
        .stations = {{.servers = 1, .service = {theory_dist(SIM_DIST_EXPONENTIAL, 1, 0)}}},
        .classes = {{.arrivals = arrivals}},
        .duration = 200000,
    };
}

/* ---- G/M/1: intervals of any distribution ---- */

/* The Laplace transform of an interval. */
typedef double transform_fn(double s);

static double erlang_transform(double s)
{
    return pow(1 + 1.25 * s / 3, -3);
}

static double hyperexponential_transform(double s)
{
    return 0.75 / (1 + 0.5 * s) + 0.25 / (1 + 3.5 * s);
}

static double uniform_transform(double s)
{
    return (exp(-0.5 * s) - exp(-2 * s)) / (1.5 * s);
}

/* An arrival waits with probability z, the root of z = A(mu (1 - z)) in (0, 1), for
 * 1 / (mu (1 - z)) on average if it does (Kleinrock 1975, 6.3). */
static void assert_renewals(struct sim_dist interval, transform_fn *transform, const char *names[2])
{
    struct theory_network gm1 = station_for(
        (struct sim_arrivals_config){.kind = SIM_ARRIVALS_RENEWAL, .interval = interval});
    double z = 0.5;

    for (uint32_t i = 0; i < 500; i++) {
        z = transform(1 - z);
    }
    theory_assert(&gm1, names[0], THEORY_WAIT, 0, z / (1 - z));
    theory_assert(&gm1, names[1], THEORY_DELAYED, 0, z);
}

static void renewals(void **state)
{
    struct sim_dist hyperexponential;
    struct sim_dist_error error;

    (void)state;
    assert_true(sim_dist_init(
        &hyperexponential, SIM_DIST_HYPEREXPONENTIAL, (const double[]){0.75, 0.5, 3.5}, &error));
    assert_renewals(
        theory_dist(SIM_DIST_ERLANG, 3, 1.25),
        erlang_transform,
        (const char *[]){"E3/M/1, load 0.8, mean wait", "E3/M/1, load 0.8, share delayed"});
    assert_renewals(
        hyperexponential,
        hyperexponential_transform,
        (const char *[]){"H2/M/1, load 0.8, mean wait", "H2/M/1, load 0.8, share delayed"});
    assert_renewals(
        theory_dist(SIM_DIST_UNIFORM, 0.5, 2),
        uniform_transform,
        (const char *[]){"U/M/1, load 0.8, mean wait", "U/M/1, load 0.8, share delayed"});
}

/* ---- batches ---- */

/* L = rate (E[X] + E[X^2]) / (2 (mu - rate E[X])): Gross and Harris, Fundamentals of queueing
 * theory, 3.1. Here X is 1 .. 5 with equal chances: E[X] = 3, E[X^2] = 11. */
static void batches(void **state)
{
    const double rate = 0.7 / 3;
    struct theory_network network = station_for(theory_poisson(rate));
    const double number = rate * (3 + 11) / 2 / (1 - 0.7);

    (void)state;
    network.classes[0].batch = theory_dist(SIM_DIST_UNIFORM_INT, 1, 5);
    theory_assert(&network, "batches of 1 to 5, number inside", THEORY_NUMBER, 0, number);
    theory_assert(&network, "batches of 1 to 5, mean sojourn", THEORY_SOJOURN, 0, number / 0.7);
}

/* ---- bursts ---- */

struct matrix {
    double a, b, c, d; /* the first row, the second row */
};

static struct matrix product(struct matrix x, struct matrix y)
{
    return (struct matrix){
        x.a * y.a + x.b * y.c,
        x.a * y.b + x.b * y.d,
        x.c * y.a + x.d * y.c,
        x.c * y.b + x.d * y.d,
    };
}

static struct matrix inverse(struct matrix x)
{
    double determinant = x.a * x.d - x.b * x.c;

    return (struct matrix){
        x.d / determinant, -x.b / determinant, -x.c / determinant, x.a / determinant};
}

/* The number in MMPP(2)/M/1 with mu = 1: p R (I - R)^-1 1, where p are the shares of time of the
 * two stages and R is the least solution of A0 + R A1 + R^2 A2 = 0 (Neuts, Matrix-geometric
 * solutions in stochastic models, 1981): A0 arrivals, A2 services, A1 the rest. */
static double number_of_bursty(const struct sim_arrivals_stage stages[2])
{
    const double leave[] = {1 / stages[0].duration, 1 / stages[1].duration};
    const struct matrix rest = inverse((struct matrix){
        -leave[0] - stages[0].rate - 1,
        leave[0],
        leave[1],
        -leave[1] - stages[1].rate - 1,
    });
    const double share = stages[0].duration / (stages[0].duration + stages[1].duration);
    struct matrix r = {0};

    for (uint32_t i = 0; i < 10000; i++) {
        struct matrix next = product(r, r);
        next.a += stages[0].rate;
        next.d += stages[1].rate;
        next = product(next, rest);
        r = (struct matrix){-next.a, -next.b, -next.c, -next.d};
    }
    struct matrix sum = product(r, inverse((struct matrix){1 - r.a, -r.b, -r.c, 1 - r.d}));
    return share * (sum.a + sum.b) + (1 - share) * (sum.c + sum.d);
}

static void bursts(void **state)
{
    const struct sim_arrivals_config config = {
        .kind = SIM_ARRIVALS_BURSTY,
        .stage_count = 2,
        .stages = {{.rate = 0.3, .duration = 30}, {.rate = 1.5, .duration = 10}},
    };
    struct theory_network network = station_for(config);
    const double number = number_of_bursty(config.stages);

    (void)state;
    theory_assert(&network, "MMPP/M/1, load 0.6, number inside", THEORY_NUMBER, 0, number);
    theory_assert(&network, "MMPP/M/1, load 0.6, mean sojourn", THEORY_SOJOURN, 0, number / 0.6);
}

/* Of equal rates, the stages do not matter. */
static void the_formula_for_bursts_gives_that_of_poisson(void **state)
{
    const struct sim_arrivals_stage stages[] = {{0.8, 3}, {0.8, 10}};

    (void)state;
    assert_true(fabs(number_of_bursty(stages) - 4) < 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renewals),
        cmocka_unit_test(batches),
        cmocka_unit_test(the_formula_for_bursts_gives_that_of_poisson),
        cmocka_unit_test(bursts),
    };

    return cmocka_run_group_tests_name("theory of arrivals", tests, NULL, NULL);
}
