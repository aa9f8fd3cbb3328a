/* A ring whose capacity is a power of two. */
/* SPDX-License-Identifier: MIT */
#include "world/fifo.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 16

void world_fifo_finish(struct world_fifo *fifo)
{
    free(fifo->ring);
    memset(fifo, 0, sizeof(*fifo));
}

static void grow(struct world_fifo *fifo)
{
    uint32_t capacity = fifo->capacity == 0 ? CAPACITY_FIRST : 2 * fifo->capacity;
    struct world_waiting *ring = sim_allocate(capacity, sizeof(*ring));

    SIM_ASSERT(capacity > fifo->count);
    for (uint32_t i = 0; i < fifo->count; i++) {
        ring[i] = fifo->ring[(fifo->head + i) & (fifo->capacity - 1)];
    }
    free(fifo->ring);
    fifo->ring = ring;
    fifo->capacity = capacity;
    fifo->head = 0;
}

void world_fifo_push(struct world_fifo *fifo, struct world_waiting waiting)
{
    if (fifo->count == fifo->capacity) {
        grow(fifo);
    }
    SIM_ASSERT(fifo->count < fifo->capacity);
    fifo->ring[(fifo->head + fifo->count) & (fifo->capacity - 1)] = waiting;
    fifo->count++;
}

void world_fifo_check(const struct world_fifo *fifo)
{
    SIM_ASSERT((fifo->capacity & (fifo->capacity - 1)) == 0);
    SIM_ASSERT((fifo->ring == NULL) == (fifo->capacity == 0));
    SIM_ASSERT(fifo->count <= fifo->capacity);
    SIM_ASSERT(fifo->capacity == 0 ? fifo->head == 0 : fifo->head < fifo->capacity);
}

bool world_fifo_first(const struct world_fifo *fifo, struct world_waiting *out_first)
{
    if (fifo->count == 0) {
        return false;
    }
    SIM_ASSERT(fifo->head < fifo->capacity);
    *out_first = fifo->ring[fifo->head];
    return true;
}

bool world_fifo_pop(struct world_fifo *fifo, struct world_waiting *out_first)
{
    if (!world_fifo_first(fifo, out_first)) {
        return false;
    }
    SIM_ASSERT(fifo->count > 0);
    fifo->head = (fifo->head + 1) & (fifo->capacity - 1);
    fifo->count--;
    return true;
}

bool world_fifo_take(struct world_fifo *fifo, bool is_last, struct world_waiting *out_taken)
{
    if (!is_last || fifo->count == 0) {
        return world_fifo_pop(fifo, out_taken);
    }
    SIM_ASSERT(fifo->head < fifo->capacity);
    fifo->count--;
    *out_taken = fifo->ring[(fifo->head + fifo->count) & (fifo->capacity - 1)];
    return true;
}
