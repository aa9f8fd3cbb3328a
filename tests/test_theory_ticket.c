/* The ticket generator against theory: rules come by Poisson's law to one server, M/G/1. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/ticket_fixture.h"
#include "tests/world_fixture.h"

#define REPLICATIONS 20
#define SECONDS      1000
#define T_999        3.883 /* Student's t for 19 degrees of freedom, 99.9 % both sides */
#define RATE         70.0  /* rules per second in all; a rule takes 10 ms in the mean: load 0.7 */

/* The mean wait before service in seconds, of one replication. */
static double mean_wait(uint64_t seed, const struct sim_dist *service)
{
    struct ticket_config config = ticket_small(seed, TICKET_QUEUE);

    config.rate = RATE / TICKET_PLACES;
    config.service = *service;
    config.has_loops = false;
    struct ticket *ticket = ticket_create(&config);
    (void)world_run(ticket->world, SECONDS * SIM_SECOND, UINT64_MAX);
    const struct sim_measure *wait =
        sim_registry_find(ticket->world->registry, "north/generator/wait");
    double mean = sim_histogram_mean(wait->tally.histogram) * 1e-9;
    ticket_destroy(ticket);
    return mean;
}

/* `squared` is the service's second moment. The mean wait is rate * squared / 2 / (1 - rho)
 * (Pollaczek and Khinchine; Kleinrock, Queueing systems 1, 1975, equation 5.71). */
static void assert_waits(const char *what, const struct sim_dist *service, double squared)
{
    double theory = RATE * squared / 2 / (1 - 0.7);
    double sum = 0;
    double squares = 0;

    for (uint64_t seed = 1; seed <= REPLICATIONS; seed++) {
        double mean = mean_wait(seed, service);
        sum += mean;
        squares += mean * mean;
    }
    double mean = sum / REPLICATIONS;
    double variance = (squares - sum * mean) / (REPLICATIONS - 1);
    double half = T_999 * sqrt(variance / REPLICATIONS);
    printf("%-40s theory %.5f s, measured %.5f +- %.5f s\n", what, theory, mean, half);
    assert_true(half < 0.03 * theory);
    assert_true(fabs(mean - theory) <= half);
}

static void a_generator_alone_waits_as_pollaczek_and_khinchine_say(void **state)
{
    struct sim_dist exponential = fixture_dist(SIM_DIST_EXPONENTIAL, 0.01, 0);
    struct sim_dist constant = fixture_dist(SIM_DIST_CONSTANT, 0.01, 0);
    struct sim_dist uniform = fixture_dist(SIM_DIST_UNIFORM, 0, 0.02);

    (void)state;
    assert_waits("generator, M/M/1, load 0.7: mean wait", &exponential, 2 * 1e-4);
    assert_waits("generator, M/D/1, load 0.7: mean wait", &constant, 1e-4);
    assert_waits("generator, M/U/1, load 0.7: mean wait", &uniform, 4e-4 / 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_generator_alone_waits_as_pollaczek_and_khinchine_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
