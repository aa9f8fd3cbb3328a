/* A position's flag stands at the position modulo the capacity, which doubles when all are open. */
/* SPDX-License-Identifier: MIT */
#include "world/positions.h"

#include <stdbool.h>
#include <stdlib.h>

#define CAPACITY_FIRST 1024

void world_positions_finish(struct world_positions *positions)
{
    free(positions->is_closed);
    *positions = (struct world_positions){0};
}

static uint8_t *flag_of(const struct world_positions *positions, uint64_t position)
{
    SIM_ASSERT(positions->capacity > 0);
    return &positions->is_closed[position & (positions->capacity - 1)];
}

static void grow(struct world_positions *positions)
{
    struct world_positions grown = *positions;

    SIM_ASSERT(positions->end - positions->first == positions->capacity);
    grown.capacity = positions->capacity == 0 ? CAPACITY_FIRST : 2 * positions->capacity;
    grown.is_closed = sim_allocate(grown.capacity, 1);
    for (uint64_t i = positions->first; i < positions->end; i++) {
        *flag_of(&grown, i) = *flag_of(positions, i);
    }
    free(positions->is_closed);
    *positions = grown;
}

void world_positions_open(struct world_positions *positions, uint64_t position)
{
    if (positions->first == positions->end) {
        positions->first = position;
        positions->end = position;
    }
    if (positions->end - positions->first == positions->capacity) {
        grow(positions);
    }
    SIM_ASSERT(position == positions->end);
    *flag_of(positions, positions->end++) = false;
}

uint64_t world_positions_close(struct world_positions *positions, uint64_t position)
{
    SIM_ASSERT(position >= positions->first && position < positions->end);
    SIM_ASSERT(!*flag_of(positions, position));
    *flag_of(positions, position) = true;
    while (positions->first < positions->end && *flag_of(positions, positions->first)) {
        positions->first++;
    }
    return positions->first - 1;
}

void world_positions_clear(struct world_positions *positions)
{
    positions->first = positions->end;
    SIM_ASSERT(positions->capacity == 0 || positions->is_closed != NULL);
}

void world_positions_check(const struct world_positions *positions)
{
    SIM_ASSERT(positions->first <= positions->end);
    SIM_ASSERT(positions->end - positions->first <= positions->capacity);
    SIM_ASSERT((positions->capacity & (positions->capacity - 1)) == 0);
    SIM_ASSERT(positions->first == positions->end || !*flag_of(positions, positions->first));
}
