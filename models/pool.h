/* models/pool.h - many small things of one size, named by an index.
 *
 * They live in chunks that never move and are never copied, so ten million take little more than
 * their own bytes. An index that is given back is the next to be taken: its memory is still warm.
 * The first four bytes of a thing that is not taken belong to the pool. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_POOL_H
#define MODELS_POOL_H

#include <stdint.h>
#include <string.h>

#include "sim/base.h"

#define MODEL_POOL_NONE       UINT32_MAX /* no index */
#define MODEL_POOL_CHUNK_BITS 12

struct model_pool {
    uint8_t **chunks;
    uint32_t chunk_count;
    uint32_t chunk_capacity;
    uint32_t size;       /* of one thing, in bytes */
    uint32_t used;       /* indices below this one have been taken at some time */
    uint32_t free_first; /* the one given back last, or MODEL_POOL_NONE */
    uint32_t count;      /* taken now */
};

void model_pool_init(struct model_pool *pool, uint32_t size);
void model_pool_finish(struct model_pool *pool);

/* Asserts that what was given back and what is taken add up. */
void model_pool_check(const struct model_pool *pool);

/* Makes the index that follows the used ones good. */
void model_pool_extend(struct model_pool *pool);

/* Good for the pool's life. */
static inline void *model_pool_at(const struct model_pool *pool, uint32_t index)
{
    SIM_ASSERT(index < pool->used);
    return pool->chunks[index >> MODEL_POOL_CHUNK_BITS] +
           (size_t)(index & ((1U << MODEL_POOL_CHUNK_BITS) - 1)) * pool->size;
}

/* Takes one; what is in it is undefined, but for the first time zero. */
static inline uint32_t model_pool_take(struct model_pool *pool)
{
    uint32_t index = pool->free_first;

    SIM_ASSERT(pool->count <= pool->used);
    if (index == MODEL_POOL_NONE) {
        model_pool_extend(pool);
        index = pool->used++;
    } else {
        memcpy(&pool->free_first, model_pool_at(pool, index), sizeof(pool->free_first));
    }
    pool->count++;
    return index;
}

static inline void model_pool_give(struct model_pool *pool, uint32_t index)
{
    SIM_ASSERT(pool->count > 0 && index != pool->free_first);
    memcpy(model_pool_at(pool, index), &pool->free_first, sizeof(pool->free_first));
    pool->free_first = index;
    pool->count--;
}

#endif
