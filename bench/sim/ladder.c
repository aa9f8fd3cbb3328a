/* A ladder queue (Tang, Goh and Thng, "Ladder queue: an O(1) priority queue structure for
 * large-scale discrete event simulation", ACM TOMACS 15(3), 2005). New events go to Top, unsorted.
 * When nothing is left below, Top becomes the first rung of a ladder of buckets; a bucket of more
 * than THRESHOLD events becomes a finer rung; a smaller one is sorted into Bottom, from whose end
 * events are popped. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "bench/sim/lists.h"

#define THRESHOLD UINT64_C(50)
#define RUNGS_MAX 8

struct array {
    sim_uint128 *keys;
    uint64_t count;
    uint64_t capacity;
};

struct rung {
    struct array *buckets;
    uint64_t bucket_count;
    uint64_t current; /* buckets before it are done */
    uint64_t allocated;
    sim_time start;
    sim_time width;
};

struct ladder {
    struct array top;
    sim_time top_start; /* events from here on go to Top */
    sim_time top_min;
    sim_time top_max;
    struct rung rungs[RUNGS_MAX];
    uint32_t rung_count;
    struct array bottom; /* the earliest last */
};

static void append(struct array *array, sim_uint128 key)
{
    if (array->count == array->capacity) {
        uint64_t grown = array->capacity == 0 ? 16 : 2 * array->capacity;
        array->keys = sim_grow(array->keys, array->capacity, grown, sizeof(*array->keys));
        array->capacity = grown;
    }
    array->keys[array->count++] = key;
}

static void *create(uint64_t capacity, bool moves)
{
    struct ladder *ladder = sim_allocate(1, sizeof(*ladder));

    (void)capacity;
    (void)moves;
    ladder->top_min = SIM_NEVER;
    return ladder;
}

static void destroy(void *list)
{
    struct ladder *ladder = list;

    for (uint32_t i = 0; i < RUNGS_MAX; i++) {
        for (uint64_t j = 0; j < ladder->rungs[i].allocated; j++) {
            free(ladder->rungs[i].buckets[j].keys);
        }
        free(ladder->rungs[i].buckets);
    }
    free(ladder->top.keys);
    free(ladder->bottom.keys);
    free(ladder);
}

static void bottom_insert(struct array *bottom, sim_uint128 key)
{
    append(bottom, key);
    uint64_t position = bottom->count - 1;
    while (position > 0 && bottom->keys[position - 1] < key) {
        bottom->keys[position] = bottom->keys[position - 1];
        position--;
    }
    bottom->keys[position] = key;
}

static void rung_insert(struct rung *rung, sim_uint128 key)
{
    append(&rung->buckets[(bench_key_time(key) - rung->start) / rung->width], key);
}

/* Spreads the events of an array over a new rung that covers [start, end]. */
static void add_rung(struct ladder *ladder, struct array *from, sim_time start, sim_time end)
{
    struct rung *rung = &ladder->rungs[ladder->rung_count++];

    SIM_ASSERT(from->count > 0);
    rung->start = start;
    rung->width = (end - start) / (sim_time)from->count + 1;
    rung->current = 0;
    rung->bucket_count = (uint64_t)((end - start) / rung->width) + 1;
    if (rung->bucket_count > rung->allocated) {
        rung->buckets =
            sim_grow(rung->buckets, rung->allocated, rung->bucket_count, sizeof(*rung->buckets));
        rung->allocated = rung->bucket_count;
    }
    for (uint64_t i = 0; i < from->count; i++) {
        rung_insert(rung, from->keys[i]);
    }
    from->count = 0;
}

static int compare(const void *a, const void *b)
{
    sim_uint128 first = *(const sim_uint128 *)a;
    sim_uint128 second = *(const sim_uint128 *)b;

    return (first < second) - (first > second);
}

static void to_bottom(struct ladder *ladder, struct array *from)
{
    if (from->count > 4 * THRESHOLD) {
        qsort(from->keys, from->count, sizeof(*from->keys), compare);
    }
    for (uint64_t i = 0; i < from->count; i++) {
        bottom_insert(&ladder->bottom, from->keys[i]);
    }
    from->count = 0;
}

/* The next bucket with events in it; NULL, and the rung is gone, when there is none. */
static struct array *next_bucket(struct ladder *ladder, struct rung *rung)
{
    while (rung->current < rung->bucket_count) {
        struct array *bucket = &rung->buckets[rung->current++];
        if (bucket->count > 0) {
            return bucket;
        }
    }
    ladder->rung_count--;
    return NULL;
}

static void fill_bottom(struct ladder *ladder)
{
    while (ladder->bottom.count == 0) {
        if (ladder->rung_count == 0) {
            add_rung(ladder, &ladder->top, ladder->top_min, ladder->top_max);
            ladder->top_start = ladder->top_max + 1;
            ladder->top_min = SIM_NEVER;
            ladder->top_max = 0;
        }
        struct rung *rung = &ladder->rungs[ladder->rung_count - 1];
        struct array *bucket = next_bucket(ladder, rung);
        if (bucket == NULL) {
            continue;
        }
        if (bucket->count > THRESHOLD && ladder->rung_count < RUNGS_MAX && rung->width > 1) {
            sim_time start = rung->start + (sim_time)(rung->current - 1) * rung->width;
            add_rung(ladder, bucket, start, start + rung->width - 1);
        } else {
            to_bottom(ladder, bucket);
        }
    }
}

static void insert(void *list, sim_uint128 key)
{
    struct ladder *ladder = list;
    sim_time time = bench_key_time(key);

    if (time >= ladder->top_start) {
        append(&ladder->top, key);
        ladder->top_min = time < ladder->top_min ? time : ladder->top_min;
        ladder->top_max = time > ladder->top_max ? time : ladder->top_max;
        return;
    }
    for (uint32_t i = 0; i < ladder->rung_count; i++) {
        struct rung *rung = &ladder->rungs[i];
        if (time >= rung->start + (sim_time)rung->current * rung->width) {
            rung_insert(rung, key);
            return;
        }
    }
    bottom_insert(&ladder->bottom, key);
}

static sim_uint128 pop(void *list)
{
    struct ladder *ladder = list;

    if (ladder->bottom.count == 0) {
        fill_bottom(ladder);
    }
    return ladder->bottom.keys[--ladder->bottom.count];
}

const struct bench_list bench_ladder = {"ladder queue", create, destroy, insert, pop, NULL};
