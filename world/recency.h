/* world/recency.h - places in the order in which they were last used.
 *
 * Numbers from 0 below a capacity, each in the order or free; what they name is the caller's. All
 * operations are O(1). */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_RECENCY_H
#define WORLD_RECENCY_H

#include <stdint.h>

#include "sim/base.h"

#define WORLD_RECENCY_NONE UINT32_MAX

struct world_recency_link {
    uint32_t older; /* of a free place: the next free one */
    uint32_t newer;
};

struct world_recency {
    struct world_recency_link *links;
    uint32_t capacity;
    uint32_t made; /* places below this one have been used at some time */
    uint32_t count;
    uint32_t newest;
    uint32_t oldest;
    uint32_t free_head;
};

void world_recency_init(struct world_recency *recency, uint32_t capacity);
void world_recency_finish(struct world_recency *recency);

/* A free place, of which there is one, becomes the newest. */
uint32_t world_recency_add(struct world_recency *recency);

/* The place becomes the newest. */
void world_recency_touch(struct world_recency *recency, uint32_t place);

/* The place is free. */
void world_recency_remove(struct world_recency *recency, uint32_t place);

/* The oldest; WORLD_RECENCY_NONE when all are free. */
uint32_t world_recency_last(const struct world_recency *recency);

/* All are free. O(1). */
void world_recency_clear(struct world_recency *recency);

void world_recency_check(const struct world_recency *recency);

#endif
