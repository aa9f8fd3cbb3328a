/* Indices that were given back form a list, linked through their first four bytes; the others are
 * handed out in order. */
/* SPDX-License-Identifier: MIT */
#include "models/pool.h"

#include <stdlib.h>
#include <string.h>

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

static void add_chunk(struct model_pool *pool)
{
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

uint32_t model_pool_take(struct model_pool *pool)
{
    uint32_t index = pool->free_first;

    SIM_ASSERT(pool->count <= pool->used);
    pool->count++;
    if (index != MODEL_POOL_NONE) {
        pool->free_first = free_next(pool, index);
        return index;
    }
    if (pool->used == pool->chunk_count << MODEL_POOL_CHUNK_BITS) {
        add_chunk(pool);
    }
    return pool->used++;
}

void model_pool_give(struct model_pool *pool, uint32_t index)
{
    SIM_ASSERT(pool->count > 0);
    SIM_ASSERT(index != pool->free_first);

    memcpy(model_pool_at(pool, index), &pool->free_first, sizeof(pool->free_first));
    pool->free_first = index;
    pool->count--;
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
