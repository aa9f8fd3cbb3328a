/* models/deadlines.h - what falls due when: a heap of (time, order of insertion, index). */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_DEADLINES_H
#define MODELS_DEADLINES_H

#include <stdint.h>

#include "sim/base.h"

struct model_deadline {
    sim_time time;
    uint64_t order;
    uint32_t index; /* whose it is: the caller's own number */
};

struct model_deadlines {
    struct model_deadline *heap;
    uint32_t count;
    uint32_t capacity;
    uint64_t order_next;
};

void model_deadlines_init(struct model_deadlines *deadlines);
void model_deadlines_finish(struct model_deadlines *deadlines);

void model_deadlines_insert(struct model_deadlines *deadlines, sim_time time, uint32_t index);

/* The time of the first, SIM_NEVER when there is none. */
sim_time model_deadlines_next(const struct model_deadlines *deadlines);

/* Takes the first one out, and returns its index; there is one. Equal times leave in the order in
 * which they were inserted. */
uint32_t model_deadlines_pop(struct model_deadlines *deadlines);

void model_deadlines_check(const struct model_deadlines *deadlines);

#endif
