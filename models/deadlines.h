/* models/deadlines.h - what falls due when: a heap of (time, order of insertion, index).
 *
 * An index is the caller's own small number, and is in the heap once or not at all. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_DEADLINES_H
#define MODELS_DEADLINES_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base.h"

struct model_deadline {
    sim_time time;
    uint64_t order;
    uint32_t index;
};

struct model_deadlines {
    struct model_deadline *heap;
    uint32_t count;
    uint32_t capacity;
    uint64_t order_next;
    uint32_t *places; /* by index: 1 + where it is in the heap, or 0 */
    uint32_t place_capacity;
};

void model_deadlines_init(struct model_deadlines *deadlines);
void model_deadlines_finish(struct model_deadlines *deadlines);

/* `index` is not there yet. */
void model_deadlines_insert(struct model_deadlines *deadlines, sim_time time, uint32_t index);

bool model_deadlines_has(const struct model_deadlines *deadlines, uint32_t index);

/* `index` is there. */
void model_deadlines_remove(struct model_deadlines *deadlines, uint32_t index);

/* The time of the first, SIM_NEVER when there is none. */
sim_time model_deadlines_next(const struct model_deadlines *deadlines);

/* Takes the first one out, if it is due by `now`. Equal times leave in the order in which they were
 * inserted. */
SIM_MUST_USE bool model_deadlines_pop(
    struct model_deadlines *deadlines, sim_time now, uint32_t *out_index);

void model_deadlines_check(const struct model_deadlines *deadlines);

#endif
