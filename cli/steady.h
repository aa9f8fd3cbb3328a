/* cli/steady.h - the main figures of a run without its warm-up, and how far to trust them.
 *
 * A run starts empty, so its first part says little of how the system is in the long run. What is
 * deleted is a number of whole sampling intervals from the start: those that the user says, or as
 * many as MSER-5 finds on the mean latency of the intervals. The half-widths are of the means of
 * batches of what is left (sim/stats.h): of as many as hardly depend on each other.
 *
 * MSER-5 on a single run cuts off a busy stretch as gladly as a warm-up, so over many runs it would
 * bias the mean; and the batches of a short run depend on each other in ways that so few do not
 * show. For figures to be relied on: many runs, and a warm-up by time. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_STEADY_H
#define CLI_STEADY_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "sim/registry.h"
#include "sim/stats.h"

#define CLI_STEADY_BATCHES 20 /* at most */

/* What --warm-up asks for. */
struct cli_warm_up {
    bool is_wanted;
    bool is_auto;
    sim_time time; /* unless is_auto */
};

/* Of a run that is over. */
struct cli_steady_source {
    const sim_registry *registry;
    const struct sim_measure *latency; /* a tally; or NULL: the scenario has none */
    sim_time sample_interval;
};

struct cli_steady {
    bool is_found;             /* the warm-up was, by MSER-5 */
    sim_time warm_up;          /* deleted */
    sim_time measured;         /* what is left */
    struct sim_interval per_s; /* effects per second; the half-width is infinite for a short run */
    struct sim_interval latency; /* the mean, ns; likewise */
    sim_histogram *histogram;    /* of the latency, owned; NULL: the scenario names none */
};

/* Has what is needed kept. Before the run. */
void cli_steady_prepare(sim_registry *registry, const struct sim_measure *latency);

/* After the run, of its registry and its latency (NULL: the scenario has none). Sets *error and
 * returns false when the warm-up leaves nothing. */
SIM_MUST_USE bool cli_steady_init(
    struct cli_steady *steady,
    const struct cli_warm_up *asked,
    const struct cli_steady_source *source,
    GError **error);
void cli_steady_finish(struct cli_steady *steady);

#endif
