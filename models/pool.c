/* Indices that were given back form a list, linked through their first four bytes; the others are
 * handed out in order. A chunk is added when the first of its indices is wanted. */
/* SPDX-License-Identifier: MIT */
#include "models/pool.h"

#include <stdlib.h>

#define CHUNKS_FIRST 4

void model_pool_init(struct model_pool *pool, uint32_t size)
{
    SIM_ASSERT(size >= sizeof(uint32_t));

    *pool = (struct model_pool){.size = size, .free_first = MODEL_POOL_NONE};
}

void model_pool_finish(struct model_pool *pool)
{
    for (uint32_t i = 0; i < pool->chunk_count; i++) {
        free(pool->chunks[i]);
    }
    free(pool->chunks);
    model_pool_init(pool, pool->size);
}

void model_pool_extend(struct model_pool *pool)
{
    if (pool->used < pool->chunk_count << MODEL_POOL_CHUNK_BITS) {
        return;
    }
    SIM_ASSERT(pool->chunk_count < MODEL_POOL_NONE >> MODEL_POOL_CHUNK_BITS);
    if (pool->chunk_count == pool->chunk_capacity) {
        uint32_t capacity = pool->chunk_capacity == 0 ? CHUNKS_FIRST : pool->chunk_capacity * 2;
        pool->chunks =
            sim_grow(pool->chunks, pool->chunk_capacity, capacity, sizeof(*pool->chunks));
        pool->chunk_capacity = capacity;
    }
    pool->chunks[pool->chunk_count++] = sim_allocate(1U << MODEL_POOL_CHUNK_BITS, pool->size);
}

static uint32_t free_next(const struct model_pool *pool, uint32_t index)
{
    uint32_t next;

    memcpy(&next, model_pool_at(pool, index), sizeof(next));
    SIM_ASSERT(next == MODEL_POOL_NONE || next < pool->used);
    return next;
}

void model_pool_check(const struct model_pool *pool)
{
    uint32_t free_count = 0;

    for (uint32_t i = pool->free_first; i != MODEL_POOL_NONE; i = free_next(pool, i)) {
        SIM_ASSERT(free_count < pool->used);
        free_count++;
    }
    SIM_ASSERT(pool->count + free_count == pool->used);
    SIM_ASSERT(pool->used <= pool->chunk_count << MODEL_POOL_CHUNK_BITS);
}
