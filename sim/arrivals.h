/* sim/arrivals.h - when messages arrive.
 *
 * A process says, from one arrival, when the next one is. Rates are per second; each process knows
 * its mean rate over the long run. A load spike is a factor on the rate. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_ARRIVALS_H
#define SIM_ARRIVALS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base.h"
#include "sim/dist.h"
#include "sim/random.h"

enum sim_arrivals_kind {
    SIM_ARRIVALS_POISSON,  /* rate */
    SIM_ARRIVALS_PERIODIC, /* rate: equal distances, without drift */
    SIM_ARRIVALS_RENEWAL,  /* interval: independent distances, in seconds */
    SIM_ARRIVALS_BURSTY,   /* stages: Poisson at the rate of a stage, which lasts for an exponential
                              time; then any other with equal chances (Markov-modulated) */
    SIM_ARRIVALS_PIECEWISE, /* stages: Poisson at the rate of a stage, which lasts for its time; the
                               last for ever, unless `repeats` */
    SIM_ARRIVALS_DIURNAL,   /* rate, amplitude, period, peak: Poisson at
                               rate (1 + amplitude cos(2 pi (t - peak) / period)) */
};

#define SIM_ARRIVALS_STAGES_MAX 32

struct sim_arrivals_stage {
    double rate;     /* 0: nothing arrives */
    double duration; /* in seconds; the mean of it for SIM_ARRIVALS_BURSTY */
};

struct sim_arrivals_config {
    enum sim_arrivals_kind kind;
    double rate;
    double amplitude; /* 0 to 1 */
    double period;    /* in seconds */
    double peak;      /* in seconds: when the rate is highest */
    bool repeats;
    uint32_t stage_count;
    struct sim_arrivals_stage stages[SIM_ARRIVALS_STAGES_MAX];
    struct sim_dist interval;
};

/* Through the functions below only. */
struct sim_arrivals {
    const struct sim_arrivals_config *config; /* borrowed */
    struct sim_stream stream;
    double factor;
    sim_time anchor;    /* of PERIODIC: where its counting starts */
    uint64_t counted;   /* arrivals since */
    uint32_t stage;     /* where BURSTY and PIECEWISE are */
    sim_time stage_end; /* SIM_NEVER: the last */
};

/* `config` is borrowed for as long as *arrivals is in use: many processes may share one. Starts at
 * time 0; a bursty process in a stage drawn by the shares of time that they have. Returns
 * false and sets *out_error when a parameter is out of its range. */
SIM_MUST_USE bool sim_arrivals_init(
    struct sim_arrivals *arrivals,
    const struct sim_arrivals_config *config,
    struct sim_stream stream,
    struct sim_dist_error *out_error);

/* The first arrival after `now`, which is the one before it; 0, or when the factor was set, at
 * first. SIM_NEVER when there is none. */
sim_time sim_arrivals_next(struct sim_arrivals *arrivals, sim_time now);

/* Multiplies all rates from `now` on: by 0, or by a thousandth at least. An arrival that was drawn
 * already does not move: drop it, and ask for the next one after `now`. */
void sim_arrivals_set_factor(struct sim_arrivals *arrivals, double factor, sim_time now);

/* Arrivals a second in the long run, at the present factor. */
double sim_arrivals_rate(const struct sim_arrivals *arrivals);

#endif
