/* sim/run.h - the loop: take the next event, set the clock, fire. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_RUN_H
#define SIM_RUN_H

#include "sim/base.h"
#include "sim/fel.h"

struct sim_run {
    sim_fel *fel; /* owned: sim_run_init() creates it, sim_run_finish() destroys it */
    sim_time now;
    uint64_t fired_count;
    uint64_t fired_max; /* of the sim_run_until() under way: sim_run_stop() lowers it */
};

enum sim_run_end {
    SIM_RUN_EMPTY,   /* nothing is left to happen */
    SIM_RUN_HORIZON, /* the next event lies beyond the horizon; the clock stands at the horizon */
    SIM_RUN_LIMIT,   /* fired_max events have fired in all, or sim_run_stop() was called */
};

void sim_run_init(struct sim_run *run);
void sim_run_finish(struct sim_run *run);

/* Fires what is due up to and including `horizon`, unless `run->fired_count` reaches `fired_max`
 * first. */
enum sim_run_end sim_run_until(struct sim_run *run, sim_time horizon, uint64_t fired_max);

/* Has the sim_run_until() under way return after the event that is firing. */
void sim_run_stop(struct sim_run *run);

/* Has `fire` called `delay` ns from now, as an event of the world. A delay is never negative; one
 * that would pass the end of time is cut there. */
struct sim_event_id sim_run_after(
    struct sim_run *run, sim_time delay, sim_fire_fn *fire, void *context, uint64_t payload);

#endif
