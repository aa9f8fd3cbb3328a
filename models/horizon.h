/* models/horizon.h - below which position of a store nothing is needed any more.
 *
 * Counts the positions that are needed, in stretches of MODEL_HORIZON_STRETCH, so it costs four
 * bytes a stretch from the lowest needed one to the highest, and nothing for each. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_HORIZON_H
#define MODELS_HORIZON_H

#include <stdint.h>

#include "sim/base.h"

#define MODEL_HORIZON_STRETCH 1024

struct model_horizon {
    uint32_t *counts; /* a ring */
    uint64_t capacity;
    uint64_t first; /* the stretch of the lowest needed position */
    uint64_t end;   /* one past the stretch of the highest */
    uint64_t count; /* needed positions */
};

void model_horizon_init(struct model_horizon *horizon);
void model_horizon_finish(struct model_horizon *horizon);

/* A position that is needed from now on; not below the lowest that was needed before. */
void model_horizon_add(struct model_horizon *horizon, uint64_t position);
void model_horizon_remove(struct model_horizon *horizon, uint64_t position);

/* No position below this one is needed; UINT64_MAX: none at all is. */
uint64_t model_horizon_lowest(const struct model_horizon *horizon);

void model_horizon_check(const struct model_horizon *horizon);

#endif
