/* Theory: stations behind one another, and with feedback (Jackson 1957). */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "theory_network.h"

static struct theory_station server(double mean)
{
    return (struct theory_station){
        .servers = 1, .service = {theory_dist(SIM_DIST_EXPONENTIAL, mean, 0)}};
}

/* The number in an M/M/1 at this load. */
static double number_at(double load)
{
    return load / (1 - load);
}

/* Burke 1956: what leaves an M/M/1 is Poisson, so each station is an M/M/1. */
static void a_tandem(void **state)
{
    struct theory_network network = {
        .station_count = 3,
        .class_count = 1,
        .stations = {server(1), server(0.8), server(0.5)},
        .classes = {{.arrivals = theory_poisson(0.7)}},
        .duration = 200000,
    };
    const double number = number_at(0.7) + number_at(0.56) + number_at(0.35);

    (void)state;
    network.stations[0].next[1] = 1;
    network.stations[1].next[2] = 1;
    theory_assert(&network, "tandem of 3, mean sojourn", THEORY_SOJOURN, 0, number / 0.7);
    theory_assert(&network, "tandem of 3, number in the second", THEORY_NUMBER, 1, number_at(0.56));
    theory_assert(&network, "tandem of 3, number in the third", THEORY_NUMBER, 2, number_at(0.35));
}

/* Traffic: x0 = 0.4 + 0.3 x2, x1 = 0.6 x0, x2 = 0.3 x0 + 0.5 x1: x2 = 0.6 x0, x0 = 0.4 / 0.82. */
static void a_network_with_feedback(void **state)
{
    struct theory_network network = {
        .station_count = 3,
        .class_count = 1,
        .stations = {server(1), server(2), server(2.5)},
        .classes = {{.arrivals = theory_poisson(0.4)}},
        .duration = 200000,
    };
    const double x0 = 0.4 / 0.82;
    const double load[] = {x0, 2 * 0.6 * x0, 2.5 * 0.6 * x0};
    const double number = number_at(load[0]) + number_at(load[1]) + number_at(load[2]);

    (void)state;
    network.stations[0].next[1] = 0.6;
    network.stations[0].next[2] = 0.3;
    network.stations[1].next[2] = 0.5;
    network.stations[2].next[0] = 0.3;
    theory_assert(&network, "Jackson, number in the first", THEORY_NUMBER, 0, number_at(load[0]));
    theory_assert(&network, "Jackson, number in the second", THEORY_NUMBER, 1, number_at(load[1]));
    theory_assert(&network, "Jackson, number in the third", THEORY_NUMBER, 2, number_at(load[2]));
    theory_assert(&network, "Jackson, mean sojourn", THEORY_SOJOURN, 0, number / 0.4);
}

/* A station that sends half of its customers back to itself. */
static void immediate_feedback(void **state)
{
    struct theory_network network = {
        .station_count = 1,
        .class_count = 1,
        .stations = {server(1)},
        .classes = {{.arrivals = theory_poisson(0.35)}},
        .duration = 200000,
    };

    (void)state;
    network.stations[0].next[0] = 0.5;
    theory_assert(
        &network, "feedback of 1/2, mean sojourn", THEORY_SOJOURN, 0, number_at(0.7) / 0.35);
}

/* M/M/2, then M/M/1: Jackson's theorem with several servers. Number in M/M/2: 2 r / (1 - r^2). */
static void several_servers_in_a_network(void **state)
{
    struct theory_network network = {
        .station_count = 2,
        .class_count = 1,
        .stations = {server(2), server(1)},
        .classes = {{.arrivals = theory_poisson(0.7)}},
        .duration = 200000,
    };
    const double number = 2 * 0.7 / (1 - 0.49) + number_at(0.7);

    (void)state;
    network.stations[0].servers = 2;
    network.stations[0].next[1] = 1;
    theory_assert(&network, "M/M/2 then M/M/1, mean sojourn", THEORY_SOJOURN, 0, number / 0.7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tandem),
        cmocka_unit_test(a_network_with_feedback),
        cmocka_unit_test(immediate_feedback),
        cmocka_unit_test(several_servers_in_a_network),
    };

    return cmocka_run_group_tests_name("theory of networks", tests, NULL, NULL);
}
