/* world/fifo.h - packets in waiting, first in first out unless asked otherwise; grows by doubling.
 */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_FIFO_H
#define WORLD_FIFO_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base.h"

struct world_waiting {
    uint64_t position; /* of the journal, that it waits for; or 0 */
    uint32_t slot;     /* of the packet */
};

struct world_fifo {
    struct world_waiting *ring;
    uint32_t capacity; /* a power of two, or 0 */
    uint32_t head;
    uint32_t count;
};

/* All zeroes is an empty one. */
void world_fifo_finish(struct world_fifo *fifo);
void world_fifo_push(struct world_fifo *fifo, struct world_waiting waiting);

/* Each returns false, and leaves *out_first alone, when it is empty. */
SIM_MUST_USE bool world_fifo_first(const struct world_fifo *fifo, struct world_waiting *out_first);
SIM_MUST_USE bool world_fifo_pop(struct world_fifo *fifo, struct world_waiting *out_first);
/* The same of the first, or of the one that came last. */
SIM_MUST_USE bool world_fifo_take(
    struct world_fifo *fifo, bool is_last, struct world_waiting *out_taken);

void world_fifo_check(const struct world_fifo *fifo);

#endif
