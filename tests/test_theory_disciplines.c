/* Theory: servers that are interrupted, go away or are always free, and customers who never leave.
 */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "theory_network.h"

static struct sim_dist exponential(double mean)
{
    return theory_dist(SIM_DIST_EXPONENTIAL, mean, 0);
}

/* Preemptive resume (Kleinrock, Queueing systems 2, 1976, 3.4): a class sees only the lower ones.
 * T_k = (x_k (1 - s_k) + W_k) / ((1 - s_(k-1)) (1 - s_k)), W_k = sum over j <= k of
 * rate_j E[x_j^2] / 2, s_k the load of classes 0 .. k. */
static void interrupted_service(void **state)
{
    struct theory_network network = {
        .station_count = 1,
        .class_count = 3,
        .stations = {{
            .servers = 1,
            .service = {exponential(0.5), theory_dist(SIM_DIST_ERLANG, 2, 1), exponential(2)},
            .preempts = true,
        }},
        .classes =
            {
                {.arrivals = theory_poisson(0.4)},
                {.arrivals = theory_poisson(0.3)},
                {.arrivals = theory_poisson(0.1)},
            },
        .duration = 200000,
    };
    const char *const names[] = {
        "preemption, mean sojourn of the first",
        "preemption, mean sojourn of the second",
        "preemption, mean sojourn of the third",
    };
    const double mean[] = {0.5, 1, 2};
    const double second_moment[] = {0.5, 1.5, 8};
    const double rate[] = {0.4, 0.3, 0.1};
    double before = 0;
    double residual = 0;

    (void)state;
    for (uint32_t k = 0; k < 3; k++) {
        double load = before + rate[k] * mean[k];
        residual += rate[k] * second_moment[k] / 2;
        double sojourn = (mean[k] * (1 - load) + residual) / (1 - before) / (1 - load);
        theory_assert(&network, names[k], THEORY_SOJOURN, k, sojourn);
        before = load;
    }
}

/* A server that finds nobody goes away, and away again when it still finds nobody. The wait is
 * that of M/M/1 and the rest of a vacation (Doshi 1986): exponential, so its mean. */
static void vacations(void **state)
{
    struct theory_network network = {
        .station_count = 1,
        .class_count = 1,
        .stations = {{.servers = 1, .service = {exponential(1)}, .vacation_mean = 3}},
        .classes = {{.arrivals = theory_poisson(0.6)}},
        .duration = 200000,
    };
    const double wait = 0.6 / (1 - 0.6) + 3;

    (void)state;
    theory_assert(&network, "M/M/1 with vacations, mean wait", THEORY_WAIT, 0, wait);
    theory_assert(
        &network, "M/M/1 with vacations, number inside", THEORY_NUMBER, 0, 0.6 * (wait + 1));
}

/* 64 servers and 20 busy on average: one in 10^13 finds none. What the service is like does not
 * matter. */
static void enough_servers_for_all(void **state)
{
    struct theory_network network = {
        .station_count = 1,
        .class_count = 1,
        .stations = {{
            .servers = THEORY_SERVERS_MAX,
            .service = {theory_dist(SIM_DIST_LOGNORMAL, -0.5, 1)},
        }},
        .classes = {{.arrivals = theory_poisson(20)}},
        .duration = 10000,
    };

    (void)state;
    theory_assert(&network, "M/lognormal/infinity, number inside", THEORY_NUMBER, 0, 20);
    network.stations[0].service[0] = exponential(1);
    theory_assert(&network, "M/M/infinity, number inside", THEORY_NUMBER, 0, 20);
}

/* M/M/c/K: p_n by birth and death. */
static void several_servers_and_limited_room(void **state)
{
    enum { SERVERS = 3, ROOM = 7 };
    struct theory_network network = {
        .station_count = 1,
        .class_count = 1,
        .stations = {{.servers = SERVERS, .room = ROOM, .service = {exponential(1)}}},
        .classes = {{.arrivals = theory_poisson(2.7)}},
        .duration = 200000,
    };
    double p = 1;
    double sum = 1;
    double number = 0;

    (void)state;
    for (uint32_t n = 1; n <= ROOM; n++) {
        p *= 2.7 / (n < SERVERS ? n : SERVERS);
        sum += p;
        number += n * p;
    }
    theory_assert(&network, "M/M/3/7, load 0.9, share lost", THEORY_LOST, 0, p / sum);
    theory_assert(&network, "M/M/3/7, load 0.9, number inside", THEORY_NUMBER, 0, number / sum);
}

/* Mean value analysis (Reiser and Lavenberg 1980) of `population` customers who think, go to the
 * processor, and from there to the disk or back. Sets the mean number in each. */
static void analyse(uint32_t population, const double visits[3], const double times[3], double *out)
{
    out[0] = 0;
    out[1] = 0;
    out[2] = 0;
    for (uint32_t n = 1; n <= population; n++) {
        const double stays[] = {
            visits[0] * times[0],
            visits[1] * times[1] * (1 + out[1]),
            visits[2] * times[2] * (1 + out[2]),
        };
        double throughput = n / (stays[0] + stays[1] + stays[2]);
        for (uint32_t i = 0; i < 3; i++) {
            out[i] = throughput * stays[i];
        }
    }
}

static void customers_who_never_leave(void **state)
{
    enum { POPULATION = 12 };
    const double times[] = {8, 0.5, 1.2};
    const double visits[] = {1, 2, 1}; /* of the processor, half lead to the disk */
    struct theory_network network = {
        .station_count = 3,
        .class_count = 1,
        .stations =
            {
                {.servers = POPULATION, .service = {exponential(times[0])}, .next = {0, 1, 0}},
                {.servers = 1, .service = {exponential(times[1])}, .next = {0.5, 0, 0.5}},
                {.servers = 1, .service = {exponential(times[2])}, .next = {0, 1, 0}},
            },
        .classes = {{.population = POPULATION}},
        .duration = 100000,
    };
    double numbers[3];

    (void)state;
    analyse(POPULATION, visits, times, numbers);
    theory_assert(&network, "closed, 12 customers, number thinking", THEORY_NUMBER, 0, numbers[0]);
    theory_assert(
        &network, "closed, 12 customers, number at the processor", THEORY_NUMBER, 1, numbers[1]);
    theory_assert(
        &network, "closed, 12 customers, number at the disk", THEORY_NUMBER, 2, numbers[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interrupted_service),
        cmocka_unit_test(vacations),
        cmocka_unit_test(enough_servers_for_all),
        cmocka_unit_test(several_servers_and_limited_room),
        cmocka_unit_test(customers_who_never_leave),
    };

    return cmocka_run_group_tests_name("theory of disciplines", tests, NULL, NULL);
}
