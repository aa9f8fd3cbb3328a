/* models/ps_promises.h - what a store has not committed yet and will mean something then, in the
 * order of its positions. It grows by doubling. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_PS_PROMISES_H
#define MODELS_PS_PROMISES_H

#include <stdint.h>

#include "sim/base.h"

enum model_ps_promise_kind {
    MODEL_PS_PROMISE_MESSAGE, /* the partition's first message that is not visible becomes so */
    MODEL_PS_PROMISE_OFFSET,  /* the group's offset is kept */
    MODEL_PS_PROMISE_REWRITE, /* the record at the position `id` is not needed any more */
};

struct model_ps_promise {
    uint64_t position;
    uint64_t id; /* what is confirmed */
    uint32_t partition;
    uint16_t group; /* of an offset */
    uint8_t kind;   /* enum model_ps_promise_kind */
};

/* All zero is an empty one. */
struct model_ps_promises {
    struct model_ps_promise *entries; /* a ring */
    uint64_t capacity;                /* a power of two, or 0 */
    uint64_t first;                   /* counts all that ever left, and ... */
    uint64_t end;                     /* ... all that ever came */
};

void model_ps_promises_finish(struct model_ps_promises *promises);
void model_ps_promises_push(struct model_ps_promises *promises, struct model_ps_promise promise);

/* The n-th from the first on, counted from 0: there is one. */
static inline const struct model_ps_promise *model_ps_promises_at(
    const struct model_ps_promises *promises, uint64_t n)
{
    SIM_ASSERT(n < promises->end - promises->first);
    return &promises->entries[(promises->first + n) & (promises->capacity - 1)];
}

static inline uint64_t model_ps_promises_count(const struct model_ps_promises *promises)
{
    return promises->end - promises->first;
}

#endif
