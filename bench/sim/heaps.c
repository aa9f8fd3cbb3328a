/* A binary heap as textbooks have it, and a 4-ary one whose root hole the next insert fills. */
/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdlib.h>

#include "bench/sim/lists.h"

struct heap {
    sim_uint128 *keys;
    uint64_t count;
    uint64_t capacity;
    bool has_hole;
};

static void *create(uint64_t capacity, bool moves)
{
    struct heap *heap = sim_allocate(1, sizeof(*heap));

    (void)moves;
    heap->capacity = capacity + 1;
    heap->keys = sim_allocate(heap->capacity, sizeof(*heap->keys));
    return heap;
}

/* Stale keys may come on top of the events. */
static void make_room(struct heap *heap)
{
    if (heap->count == heap->capacity) {
        heap->keys = sim_grow(heap->keys, heap->count, 2 * heap->count, sizeof(*heap->keys));
        heap->capacity *= 2;
    }
}

static void destroy(void *list)
{
    struct heap *heap = list;

    free(heap->keys);
    free(heap);
}

/* ---- two children ---- */

static void binary_insert(void *list, sim_uint128 key)
{
    struct heap *heap = list;

    make_room(heap);
    uint64_t position = heap->count++;

    while (position > 0 && key < heap->keys[(position - 1) / 2]) {
        heap->keys[position] = heap->keys[(position - 1) / 2];
        position = (position - 1) / 2;
    }
    heap->keys[position] = key;
}

static sim_uint128 binary_pop(void *list)
{
    struct heap *heap = list;
    sim_uint128 first = heap->keys[0];
    sim_uint128 key = heap->keys[--heap->count];
    uint64_t position = 0;

    for (uint64_t child = 1; child < heap->count; child = 2 * position + 1) {
        if (child + 1 < heap->count && heap->keys[child + 1] < heap->keys[child]) {
            child++;
        }
        if (key < heap->keys[child]) {
            break;
        }
        heap->keys[position] = heap->keys[child];
        position = child;
    }
    heap->keys[position] = key;
    return first;
}

/* ---- four children ---- */

static void sift_up(struct heap *heap, sim_uint128 key)
{
    uint64_t position = heap->count++;

    while (position > 0 && key < heap->keys[(position - 1) / 4]) {
        heap->keys[position] = heap->keys[(position - 1) / 4];
        position = (position - 1) / 4;
    }
    heap->keys[position] = key;
}

static void sift_down(struct heap *heap, sim_uint128 key)
{
    uint64_t position = 0;

    for (uint64_t first = 1; first < heap->count; first = position * 4 + 1) {
        uint64_t end = first + 4 < heap->count ? first + 4 : heap->count;
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

static void quad_insert(void *list, sim_uint128 key)
{
    struct heap *heap = list;

    if (heap->has_hole) {
        heap->has_hole = false;
        sift_down(heap, key);
    } else {
        make_room(heap);
        sift_up(heap, key);
    }
}

static sim_uint128 quad_pop(void *list)
{
    struct heap *heap = list;

    if (heap->has_hole) {
        heap->count--;
        sift_down(heap, heap->keys[heap->count]);
    }
    heap->has_hole = true;
    return heap->keys[0];
}

const struct bench_list bench_binary_heap = {
    "binary heap", create, destroy, binary_insert, binary_pop, NULL};
const struct bench_list bench_quad_heap = {
    "4-ary heap", create, destroy, quad_insert, quad_pop, NULL};
