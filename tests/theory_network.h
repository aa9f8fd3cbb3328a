/* tests/theory_network.h - a network of stations on sim/ and a real queue, to hold against theory.
 *
 * Customers of up to three classes arrive, wait in a point_to_point ring for each class (a lower
 * class goes first, and interrupts a service only where a station says so), are served, and go on
 * or leave; or they are always the same, and never leave. A case is measured
 * over replications until the half-width of its confidence interval at 99.9 % is at most 1 % of the
 * mean; the theory's value must then lie within. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_THEORY_NETWORK_H
#define TESTS_THEORY_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/arrivals.h"
#include "sim/dist.h"

#define THEORY_STATIONS_MAX 3
#define THEORY_CLASSES_MAX  3
#define THEORY_SERVERS_MAX  64

struct theory_station {
    uint32_t servers;
    uint32_t room; /* customers inside, those in service too; 0: no bound */
    struct sim_dist service[THEORY_CLASSES_MAX];
    double up_mean;   /* seconds between breakdowns; 0: none. One server, resumed service */
    double down_mean; /* seconds of a repair */
    bool preempts;    /* a lower class interrupts a higher one, which resumes later. One server */
    double vacation_mean; /* seconds for which a server that has nothing to do goes away; 0: none */
    double next[THEORY_STATIONS_MAX]; /* with which probability a customer goes where from here */
};

struct theory_class {
    struct sim_arrivals_config arrivals;
    struct sim_dist batch; /* how many arrive at once; as all zeroes: one */
    uint32_t population;   /* so many, who are there from the start; no others arrive. 0: open */
    uint32_t first;        /* station */
};

struct theory_network {
    uint32_t station_count;
    uint32_t class_count;
    struct theory_station stations[THEORY_STATIONS_MAX];
    struct theory_class classes[THEORY_CLASSES_MAX];
    double duration; /* of a replication in seconds; a tenth of it is warm-up */
};

/* What is measured, of a class or of a station. Times are in seconds. */
enum theory_measure {
    THEORY_SOJOURN, /* mean time in the network, of a class */
    THEORY_WAIT,    /* mean wait before service, over all visits, of a class */
    THEORY_LOST,    /* share turned away, of a class */
    THEORY_DELAYED, /* share of visits that had to wait, of a class */
    THEORY_NUMBER,  /* mean number in a station */
    THEORY_P50,     /* percentiles of the time in the network, of class 0 */
    THEORY_P90,
    THEORY_P99,
};

/* Distributions and arrivals without the checking. */
struct sim_dist theory_dist(enum sim_dist_kind kind, double first, double second);
struct sim_arrivals_config theory_poisson(double rate);

/* Fails the test unless theory and measurement agree (a percentile: with some value in the bucket
 * of the histogram that theory's value is in), and, where customers leave, Little's law
 * holds to the ns: in a replication that runs until it is empty, the sum of all times in the
 * network is the area under the number in it. Prints a row for docs/validation.md. */
void theory_assert(
    const struct theory_network *network,
    const char *name,
    enum theory_measure measure,
    uint32_t index,
    double expected);

#endif
