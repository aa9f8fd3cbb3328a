/* A radix heap (Ahuja, Mehlhorn, Orlin and Tarjan 1990): bucket b holds the keys whose time's
 * highest difference from the time popped last is bit b - 1; bucket 0 those equal to it, first in
 * first out. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "bench/sim/lists.h"

#define BUCKETS 65

struct bucket {
    sim_uint128 *keys;
    uint64_t begin;
    uint64_t end;
    uint64_t capacity;
};

struct radix {
    struct bucket buckets[BUCKETS];
    sim_time last;
};

static void *create(uint64_t capacity, bool moves)
{
    (void)capacity;
    (void)moves;
    return sim_allocate(1, sizeof(struct radix));
}

static void destroy(void *list)
{
    struct radix *radix = list;

    for (uint32_t i = 0; i < BUCKETS; i++) {
        free(radix->buckets[i].keys);
    }
    free(radix);
}

static void append(struct bucket *bucket, sim_uint128 key)
{
    if (bucket->end == bucket->capacity) {
        uint64_t grown = bucket->capacity == 0 ? 64 : 2 * bucket->capacity;
        bucket->keys = sim_grow(bucket->keys, bucket->capacity, grown, sizeof(sim_uint128));
        bucket->capacity = grown;
    }
    bucket->keys[bucket->end++] = key;
}

static struct bucket *bucket_of(struct radix *radix, sim_uint128 key)
{
    uint64_t difference = (uint64_t)(bench_key_time(key) ^ radix->last);

    return &radix->buckets[difference == 0 ? 0 : 64 - __builtin_clzll(difference)];
}

static void insert(void *list, sim_uint128 key)
{
    struct radix *radix = list;

    append(bucket_of(radix, key), key);
}

/* Moves the first bucket in use down, around its earliest time. */
static void deal(struct radix *radix)
{
    struct bucket *bucket = &radix->buckets[1];

    while (bucket->begin == bucket->end) {
        bucket++;
    }
    radix->last = SIM_NEVER;
    for (uint64_t i = bucket->begin; i < bucket->end; i++) {
        sim_time time = bench_key_time(bucket->keys[i]);
        radix->last = time < radix->last ? time : radix->last;
    }
    for (uint64_t i = bucket->begin; i < bucket->end; i++) {
        append(bucket_of(radix, bucket->keys[i]), bucket->keys[i]);
    }
    bucket->begin = 0;
    bucket->end = 0;
}

static sim_uint128 pop(void *list)
{
    struct radix *radix = list;
    struct bucket *now = &radix->buckets[0];

    if (now->begin == now->end) {
        now->begin = 0;
        now->end = 0;
        deal(radix);
    }
    return now->keys[now->begin++];
}

const struct bench_list bench_radix = {"radix heap", create, destroy, insert, pop, NULL};
