/* Theory: one station. Formulas as in Kleinrock, Queueing systems 1 (1975), unless a test says
 * otherwise. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "theory_network.h"

/* Poisson arrivals at one station. */
static struct theory_network station(double rate, uint32_t servers, struct sim_dist service)
{
    return (struct theory_network){
        .station_count = 1,
        .class_count = 1,
        .stations = {{.servers = servers, .service = {service}}},
        .classes = {{.arrivals = theory_poisson(rate)}},
        .duration = 200000,
    };
}

static struct sim_dist exponential(double mean)
{
    return theory_dist(SIM_DIST_EXPONENTIAL, mean, 0);
}

/* The probability that an arrival finds all servers busy, given that it is let in or lost. */
static double erlang_b(uint32_t servers, double load)
{
    double blocked = 1;

    for (uint32_t i = 1; i <= servers; i++) {
        blocked = load * blocked / (i + load * blocked);
    }
    return blocked;
}

static double erlang_c(uint32_t servers, double load)
{
    double blocked = erlang_b(servers, load);
    double idle = 1 - load / servers;

    return blocked / (idle + (1 - idle) * blocked);
}

static void one_server(void **state)
{
    struct theory_network mm1 = station(0.8, 1, exponential(1));
    const double mean = 1 / (1 - 0.8);

    (void)state;
    theory_assert(&mm1, "M/M/1, load 0.8, mean sojourn", THEORY_SOJOURN, 0, mean);
    theory_assert(&mm1, "M/M/1, load 0.8, mean wait", THEORY_WAIT, 0, 0.8 * mean);
    theory_assert(&mm1, "M/M/1, load 0.8, number inside", THEORY_NUMBER, 0, 0.8 * mean);
    theory_assert(&mm1, "M/M/1, load 0.8, share delayed", THEORY_DELAYED, 0, 0.8);
}

/* The sojourn time of M/M/1 is exponential. */
static void percentiles_of_one_server(void **state)
{
    struct theory_network mm1 = station(0.7, 1, exponential(1));
    const double mean = 1 / (1 - 0.7);

    (void)state;
    theory_assert(&mm1, "M/M/1, load 0.7, p50 of sojourn", THEORY_P50, 0, mean * log(2));
    theory_assert(&mm1, "M/M/1, load 0.7, p90 of sojourn", THEORY_P90, 0, mean * log(10));
    theory_assert(&mm1, "M/M/1, load 0.7, p99 of sojourn", THEORY_P99, 0, mean * log(100));
}

static void many_servers(void **state)
{
    struct theory_network mm3 = station(2.4, 3, exponential(1));
    struct theory_network mm8 = station(6.4, 8, exponential(1));
    const double delayed = erlang_c(3, 2.4);

    (void)state;
    theory_assert(&mm3, "M/M/3, load 0.8, share delayed", THEORY_DELAYED, 0, delayed);
    theory_assert(&mm3, "M/M/3, load 0.8, mean wait", THEORY_WAIT, 0, delayed / (3 - 2.4));
    theory_assert(&mm8, "M/M/8, load 0.8, mean wait", THEORY_WAIT, 0, erlang_c(8, 6.4) / (8 - 6.4));
}

static void limited_room(void **state)
{
    struct theory_network mm15 = station(0.9, 1, exponential(1));
    double sum = 0;
    double number = 0;

    (void)state;
    mm15.stations[0].room = 5;
    for (uint32_t i = 0; i <= 5; i++) {
        sum += pow(0.9, i);
        number += i * pow(0.9, i);
    }
    theory_assert(&mm15, "M/M/1/5, load 0.9, share lost", THEORY_LOST, 0, pow(0.9, 5) / sum);
    theory_assert(&mm15, "M/M/1/5, load 0.9, number inside", THEORY_NUMBER, 0, number / sum);
}

/* The loss does not depend on the distribution of service (Sevastyanov 1957). */
static void no_room_to_wait(void **state)
{
    struct theory_network mm44 = station(3, 4, exponential(1));
    struct theory_network mg44 = station(3, 4, theory_dist(SIM_DIST_LOGNORMAL, -0.5, 1));

    (void)state;
    mm44.stations[0].room = 4;
    mg44.stations[0].room = 4;
    theory_assert(&mm44, "M/M/4/4, offered 3, share lost", THEORY_LOST, 0, erlang_b(4, 3));
    theory_assert(&mg44, "M/G/4/4 (lognormal), share lost", THEORY_LOST, 0, erlang_b(4, 3));
}

/* Pollaczek and Khinchine. */
static void assert_general_service(const char *name, struct sim_dist service)
{
    struct theory_network mg1 = station(0.7, 1, service);
    double mean = sim_dist_mean(&service);
    double second_moment = sim_dist_variance(&service) + mean * mean;

    theory_assert(&mg1, name, THEORY_WAIT, 0, 0.7 * second_moment / 2 / (1 - 0.7 * mean));
}

static void general_service(void **state)
{
    struct sim_dist hyperexponential;
    struct sim_dist_error error;

    (void)state;
    assert_true(sim_dist_init(
        &hyperexponential, SIM_DIST_HYPEREXPONENTIAL, (const double[]){0.8, 0.5, 3}, &error));
    assert_general_service("M/D/1, load 0.7, mean wait", theory_dist(SIM_DIST_CONSTANT, 1, 0));
    assert_general_service("M/E4/1, load 0.7, mean wait", theory_dist(SIM_DIST_ERLANG, 4, 1));
    assert_general_service(
        "M/lognormal/1, load 0.7, mean wait", theory_dist(SIM_DIST_LOGNORMAL, -0.125, 0.5));
    assert_general_service("M/H2/1, load 0.7, mean wait", hyperexponential);
    assert_general_service(
        "M/weibull/1, load 0.62, mean wait", theory_dist(SIM_DIST_WEIBULL, 2, 1));
    assert_general_service("M/gamma/1, load 0.7, mean wait", theory_dist(SIM_DIST_GAMMA, 0.5, 2));
    assert_general_service("M/U/1, load 0.7, mean wait", theory_dist(SIM_DIST_UNIFORM, 0.5, 1.5));
}

/* With s the root of s = exp(-mu (1 - s) T), the wait is s / (mu (1 - s)). */
static void equal_intervals(void **state)
{
    struct theory_network dm1 = station(0.8, 1, exponential(1));
    double s = 0.5;

    (void)state;
    dm1.classes[0].arrivals.kind = SIM_ARRIVALS_PERIODIC;
    for (uint32_t i = 0; i < 200; i++) {
        s = exp(-(1 - s) / 0.8);
    }
    theory_assert(&dm1, "D/M/1, load 0.8, mean wait", THEORY_WAIT, 0, s / (1 - s));
    theory_assert(&dm1, "D/M/1, load 0.8, share delayed", THEORY_DELAYED, 0, s);
}

/* Cobham 1954: W_k = W_0 / ((1 - s_(k-1)) (1 - s_k)), s_k the load of classes 0 .. k. */
static void priorities(void **state)
{
    struct theory_network network = station(0.2, 1, exponential(1));

    (void)state;
    network.class_count = 3;
    network.classes[1].arrivals = theory_poisson(0.3);
    network.classes[2].arrivals = theory_poisson(0.4);
    network.stations[0].service[1] = theory_dist(SIM_DIST_CONSTANT, 1, 0);
    network.stations[0].service[2] = theory_dist(SIM_DIST_ERLANG, 2, 0.75);
    const double residual = (0.2 * 2 + 0.3 * 1 + 0.4 * (0.75 * 0.75 * 1.5)) / 2;
    const double load[] = {0.2, 0.5, 0.8};
    theory_assert(
        &network, "priorities, mean wait of the first", THEORY_WAIT, 0, residual / (1 - load[0]));
    theory_assert(
        &network,
        "priorities, mean wait of the second",
        THEORY_WAIT,
        1,
        residual / (1 - load[0]) / (1 - load[1]));
    theory_assert(
        &network,
        "priorities, mean wait of the third",
        THEORY_WAIT,
        2,
        residual / (1 - load[1]) / (1 - load[2]));
}

/* The server goes down at rate a and is repaired at rate b, busy or not (White and Christie 1958).
 * With A = b / (a + b), the generating functions of the number inside while it is up and while it
 * is down give the derivatives at 1 below. */
static void breakdowns(void **state)
{
    const double rate = 0.5;
    const double mu = 1;
    const double a = 0.05;
    const double b = 0.25;
    struct theory_network network = station(rate, 1, exponential(1 / mu));
    const double up = b / (a + b);
    const double while_up = up * rate * (1 + a * (b + rate) / (b * b)) / (mu - rate - a * rate / b);
    const double number = while_up * (1 + a / b) + a * up * rate / (b * b);

    (void)state;
    network.stations[0].up_mean = 1 / a;
    network.stations[0].down_mean = 1 / b;
    theory_assert(&network, "M/M/1 with breakdowns, number inside", THEORY_NUMBER, 0, number);
    theory_assert(
        &network, "M/M/1 with breakdowns, mean sojourn", THEORY_SOJOURN, 0, number / rate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_server),
        cmocka_unit_test(percentiles_of_one_server),
        cmocka_unit_test(many_servers),
        cmocka_unit_test(limited_room),
        cmocka_unit_test(no_room_to_wait),
        cmocka_unit_test(general_service),
        cmocka_unit_test(equal_intervals),
        cmocka_unit_test(priorities),
        cmocka_unit_test(breakdowns),
    };

    return cmocka_run_group_tests_name("theory of stations", tests, NULL, NULL);
}
