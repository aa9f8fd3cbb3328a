/* models/index.h - from a 64-bit key to a 32-bit number: a hash table without order.
 *
 * Nothing may iterate over it, so no order depends on the hash. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_INDEX_H
#define MODELS_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base.h"

struct model_index_entry {
    uint64_t key;
    uint32_t value;
    bool is_used;
};

struct model_index {
    struct model_index_entry *entries;
    uint64_t capacity; /* a power of two */
    uint64_t count;
};

void model_index_init(struct model_index *index);
void model_index_finish(struct model_index *index);

/* `key` must not be there yet. */
void model_index_insert(struct model_index *index, uint64_t key, uint32_t value);
SIM_MUST_USE bool model_index_find(
    const struct model_index *index, uint64_t key, uint32_t *out_value);

/* `key` must be there. */
void model_index_remove(struct model_index *index, uint64_t key);

/* Has the processor fetch where `key` is, for a call that follows soon. */
void model_index_prefetch(const struct model_index *index, uint64_t key);

/* Empties it; its memory is kept. O(capacity). */
void model_index_clear(struct model_index *index);

#endif
