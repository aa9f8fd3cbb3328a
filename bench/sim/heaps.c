/* A binary heap as textbooks have it, and a 4-ary one whose root hole the next insert fills. */
/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdlib.h>

#include "bench/sim/lists.h"

struct heap {
    sim_uint128 *keys;
    uint64_t count;
    uint64_t order;
    bool has_hole;
};

static void *create(uint64_t capacity)
{
    struct heap *heap = sim_allocate(1, sizeof(*heap));

    heap->keys = sim_allocate(capacity + 1, sizeof(*heap->keys));
    return heap;
}

static void destroy(void *list)
{
    struct heap *heap = list;

    free(heap->keys);
    free(heap);
}

static inline void sift_up(struct heap *heap, sim_uint128 key, uint64_t arity)
{
    uint64_t position = heap->count++;

    while (position > 0) {
        uint64_t parent = (position - 1) / arity;
        if (heap->keys[parent] < key) {
            break;
        }
        heap->keys[position] = heap->keys[parent];
        position = parent;
    }
    heap->keys[position] = key;
}

static inline void sift_down(struct heap *heap, sim_uint128 key, uint64_t arity)
{
    uint64_t position = 0;

    for (uint64_t first = 1; first < heap->count; first = position * arity + 1) {
        uint64_t end = first + arity < heap->count ? first + arity : heap->count;
        uint64_t least = first;
        for (uint64_t child = first + 1; child < end; child++) {
            least = heap->keys[child] < heap->keys[least] ? child : least;
        }
        if (key < heap->keys[least]) {
            break;
        }
        heap->keys[position] = heap->keys[least];
        position = least;
    }
    heap->keys[position] = key;
}

static void binary_insert(void *list, sim_time time)
{
    struct heap *heap = list;

    sift_up(heap, bench_key(time, heap->order++), 2);
}

static sim_time binary_pop(void *list)
{
    struct heap *heap = list;
    sim_time time = bench_key_time(heap->keys[0]);

    heap->count--;
    sift_down(heap, heap->keys[heap->count], 2);
    return time;
}

static void quad_insert(void *list, sim_time time)
{
    struct heap *heap = list;
    sim_uint128 key = bench_key(time, heap->order++);

    if (heap->has_hole) {
        heap->has_hole = false;
        sift_down(heap, key, 4);
    } else {
        sift_up(heap, key, 4);
    }
}

static sim_time quad_pop(void *list)
{
    struct heap *heap = list;

    if (heap->has_hole) {
        heap->count--;
        sift_down(heap, heap->keys[heap->count], 4);
    }
    heap->has_hole = true;
    return bench_key_time(heap->keys[0]);
}

const struct bench_list bench_binary_heap = {
    "binary heap", create, destroy, binary_insert, binary_pop};
const struct bench_list bench_quad_heap = {"4-ary heap", create, destroy, quad_insert, quad_pop};
