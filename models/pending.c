/* Entry n of all that ever came is at n modulo the capacity. */
/* SPDX-License-Identifier: MIT */
#include "models/pending.h"

#include <stdlib.h>

#define CAPACITY_FIRST 64

void model_pending_finish(struct model_pending *pending)
{
    free(pending->entries);
    *pending = (struct model_pending){.entries = NULL};
}

static void grow(struct model_pending *pending)
{
    uint64_t old = pending->capacity;
    uint64_t capacity = old == 0 ? CAPACITY_FIRST : old * 2;

    SIM_ASSERT(model_pending_count(pending) == old);
    struct model_pending_entry *entries = sim_allocate(capacity, sizeof(*entries));
    for (uint64_t i = pending->first; i < pending->end; i++) {
        entries[i & (capacity - 1)] = pending->entries[i & (old - 1)];
    }
    free(pending->entries);
    pending->entries = entries;
    pending->capacity = capacity;
}

void model_pending_push(struct model_pending *pending, struct model_pending_entry entry)
{
    SIM_ASSERT(model_pending_count(pending) <= pending->capacity);

    if (model_pending_count(pending) == pending->capacity) {
        grow(pending);
    }
    pending->entries[pending->end++ & (pending->capacity - 1)] = entry;
}

struct model_pending_entry model_pending_pop(struct model_pending *pending)
{
    SIM_ASSERT(pending->first < pending->end);
    return pending->entries[pending->first++ & (pending->capacity - 1)];
}
