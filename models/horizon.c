/* Stretch s is counted in counts[s % capacity] while first <= s < end; capacity is a power of two.
 * The first stretch of all has a count that is not 0, or there is none. */
/* SPDX-License-Identifier: MIT */
#include "models/horizon.h"

#include <stdlib.h>

#define CAPACITY_FIRST 16

void model_horizon_init(struct model_horizon *horizon)
{
    *horizon = (struct model_horizon){.counts = sim_allocate(CAPACITY_FIRST, sizeof(uint32_t))};
    horizon->capacity = CAPACITY_FIRST;
}

void model_horizon_finish(struct model_horizon *horizon)
{
    free(horizon->counts);
    *horizon = (struct model_horizon){.counts = NULL};
}

static uint32_t *count_of(const struct model_horizon *horizon, uint64_t stretch)
{
    SIM_ASSERT(stretch >= horizon->first && stretch < horizon->end);
    return &horizon->counts[stretch & (horizon->capacity - 1)];
}

static void grow(struct model_horizon *horizon, uint64_t length)
{
    uint64_t capacity = horizon->capacity;

    while (capacity < length) {
        SIM_ASSERT(capacity <= SIZE_MAX / 2);
        capacity *= 2;
    }
    uint32_t *counts = sim_allocate(capacity, sizeof(*counts));
    for (uint64_t stretch = horizon->first; stretch < horizon->end; stretch++) {
        counts[stretch & (capacity - 1)] = *count_of(horizon, stretch);
    }
    free(horizon->counts);
    horizon->counts = counts;
    horizon->capacity = capacity;
}

void model_horizon_add(struct model_horizon *horizon, uint64_t position)
{
    uint64_t stretch = position / MODEL_HORIZON_STRETCH;

    if (horizon->count == 0) {
        horizon->first = stretch;
        horizon->end = stretch;
    }
    SIM_ASSERT(stretch >= horizon->first);
    if (stretch - horizon->first >= horizon->capacity) {
        grow(horizon, stretch - horizon->first + 1);
    }
    while (horizon->end <= stretch) {
        horizon->end++;
        *count_of(horizon, horizon->end - 1) = 0;
    }
    (*count_of(horizon, stretch))++;
    horizon->count++;
}

void model_horizon_remove(struct model_horizon *horizon, uint64_t position)
{
    uint32_t *count = count_of(horizon, position / MODEL_HORIZON_STRETCH);

    SIM_ASSERT(*count > 0);
    (*count)--;
    horizon->count--;
    while (horizon->count > 0 && *count_of(horizon, horizon->first) == 0) {
        horizon->first++;
    }
}

uint64_t model_horizon_lowest(const struct model_horizon *horizon)
{
    SIM_ASSERT(horizon->count == 0 || horizon->first < horizon->end);
    return horizon->count == 0 ? UINT64_MAX : horizon->first * MODEL_HORIZON_STRETCH;
}

void model_horizon_check(const struct model_horizon *horizon)
{
    uint64_t sum = 0;

    SIM_ASSERT(horizon->end - horizon->first <= horizon->capacity);
    for (uint64_t stretch = horizon->first; stretch < horizon->end; stretch++) {
        sum += *count_of(horizon, stretch);
    }
    SIM_ASSERT(sum == horizon->count);
    SIM_ASSERT(horizon->count == 0 || *count_of(horizon, horizon->first) > 0);
}
