/* models/pending.h - a queue of small facts, first in, first out: what happened to a message, where
 * that stands in the store, and when it was. It grows by doubling. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_PENDING_H
#define MODELS_PENDING_H

#include <stdint.h>

#include "sim/base.h"

struct model_pending_entry {
    uint64_t id;
    uint64_t position;
    sim_time time;
};

/* All zero is an empty one. */
struct model_pending {
    struct model_pending_entry *entries; /* a ring */
    uint64_t capacity;                   /* a power of two, or 0 */
    uint64_t first;                      /* counts all that ever left, and ... */
    uint64_t end;                        /* ... all that ever came */
};

void model_pending_finish(struct model_pending *pending);
void model_pending_push(struct model_pending *pending, struct model_pending_entry entry);

/* There is one. */
struct model_pending_entry model_pending_pop(struct model_pending *pending);

static inline uint64_t model_pending_count(const struct model_pending *pending)
{
    return pending->end - pending->first;
}

/* The one that came first, or NULL. */
static inline const struct model_pending_entry *model_pending_first(
    const struct model_pending *pending)
{
    return pending->first == pending->end
               ? NULL
               : &pending->entries[pending->first & (pending->capacity - 1)];
}

#endif
