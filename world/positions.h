/* world/positions.h - which records of a journal are done with: how far it may forget.
 *
 * Positions are opened one after the other and closed in any order. A flag for each, from the first
 * that is open to the last. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_POSITIONS_H
#define WORLD_POSITIONS_H

#include <stdint.h>

#include "sim/base.h"

/* All zeroes is none. */
struct world_positions {
    uint8_t *is_closed;
    uint64_t capacity; /* a power of two, or 0 */
    uint64_t first;    /* all below are closed */
    uint64_t end;      /* the position that comes next */
};

void world_positions_finish(struct world_positions *positions);

/* The one that comes next; any, when none is open. */
void world_positions_open(struct world_positions *positions, uint64_t position);

/* Returns how far all are closed. O(1), on average. */
uint64_t world_positions_close(struct world_positions *positions, uint64_t position);

/* None is open. */
void world_positions_clear(struct world_positions *positions);

void world_positions_check(const struct world_positions *positions);

#endif
