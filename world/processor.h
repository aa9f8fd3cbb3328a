/* world/processor.h - cores that all jobs share evenly, so each is slower the more there are.
 *
 * With n jobs on c cores each advances at min(1, c / n): processor sharing (Kleinrock, Queueing
 * systems 2, 1976, section 4.4), not a formula for the delay. Work is counted in 1/1024 ns, rounded
 * down; a job never ends early. Adding and ending cost O(log jobs). */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_PROCESSOR_H
#define WORLD_PROCESSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "models/deadlines.h"
#include "sim/base.h"

struct world_processor {
    uint32_t cores;
    struct model_deadlines jobs; /* by the level of work at which each ends */
    int64_t level;               /* work that a job present since the beginning has got */
    sim_time since;
};

void world_processor_init(struct world_processor *processor, uint32_t cores);
void world_processor_finish(struct world_processor *processor);

/* A job, by the caller's small number, that needs `work` ns of one core. */
void world_processor_add(
    struct world_processor *processor, uint32_t job, sim_time work, sim_time now);

/* When the next job ends, if none comes; SIM_NEVER when there is none. */
sim_time world_processor_next(const struct world_processor *processor);

/* Takes out a job that has ended by now, the first that ended first. */
SIM_MUST_USE bool world_processor_pop(
    struct world_processor *processor, sim_time now, uint32_t *out_job);

/* Drops all jobs. */
void world_processor_clear(struct world_processor *processor, sim_time now);

void world_processor_check(const struct world_processor *processor);

#endif
