/* Entry n of all that ever came is at n modulo the capacity. */
/* SPDX-License-Identifier: MIT */
#include "models/ps_promises.h"

#include <stdlib.h>

#define CAPACITY_FIRST 64

void model_ps_promises_finish(struct model_ps_promises *promises)
{
    SIM_ASSERT(promises->first <= promises->end);
    free(promises->entries);
    *promises = (struct model_ps_promises){.entries = NULL};
}

static void grow(struct model_ps_promises *promises)
{
    uint64_t old = promises->capacity;
    uint64_t capacity = old == 0 ? CAPACITY_FIRST : old * 2;
    struct model_ps_promise *entries = sim_allocate(capacity, sizeof(*entries));

    SIM_ASSERT(model_ps_promises_count(promises) == old);
    for (uint64_t i = promises->first; i < promises->end; i++) {
        entries[i & (capacity - 1)] = promises->entries[i & (old - 1)];
    }
    free(promises->entries);
    promises->entries = entries;
    promises->capacity = capacity;
}

void model_ps_promises_push(struct model_ps_promises *promises, struct model_ps_promise promise)
{
    SIM_ASSERT(
        promises->first == promises->end ||
        model_ps_promises_at(promises, promises->end - promises->first - 1)->position <
            promise.position);
    if (model_ps_promises_count(promises) == promises->capacity) {
        grow(promises);
    }
    promises->entries[promises->end & (promises->capacity - 1)] = promise;
    promises->end++;
}
