/* sim/heap.h - a 4-ary heap of keys whose root, once taken, is a hole.
 *
 * Most events schedule another one, and the insert that follows a pop may put its key into the
 * hole: one walk down the heap then does the work of two. Behind the last key stand four that are
 * larger than any, so that a parent always has four children to compare. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_HEAP_H
#define SIM_HEAP_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/key.h"

#define SIM_HEAP_ARITY 4U

struct sim_heap {
    sim_key *keys;
    uint64_t count; /* the hole counts */
    uint64_t capacity;
    bool has_hole; /* keys[0] was taken */
};

void sim_heap_init(struct sim_heap *heap);
void sim_heap_finish(struct sim_heap *heap);

/* Doubles the capacity. */
void sim_heap_grow(struct sim_heap *heap);

/* Bytes of memory held, beside the struct. */
uint64_t sim_heap_size(const struct sim_heap *heap);

/* Asserts every invariant in O(n). */
void sim_heap_check(const struct sim_heap *heap);

/* The children of a parent from `first` on: which is the least? Without branches, because nobody
 * can guess it. */
static inline uint64_t sim_heap_least(const sim_key *keys, uint64_t first)
{
    uint64_t left = first + (keys[first + 1] < keys[first]);
    uint64_t right = first + 2 + (keys[first + 3] < keys[first + 2]);

    return keys[right] < keys[left] ? right : left;
}

static inline void sim_heap_sift_down(struct sim_heap *heap, sim_key key)
{
    sim_key *keys = heap->keys;
    uint64_t position = 0;
    uint64_t first = 1;

    SIM_ASSERT(heap->count > 0 && !heap->has_hole);
    while (first < heap->count) {
        /* With two events pending there is one child, and nothing to choose. */
        uint64_t child = first + 1 == heap->count ? first : sim_heap_least(keys, first);
        if (key < keys[child]) {
            break;
        }
        keys[position] = keys[child];
        position = child;
        first = position * SIM_HEAP_ARITY + 1;
    }
    keys[position] = key;
}

static inline void sim_heap_sift_up(struct sim_heap *heap, uint64_t position, sim_key key)
{
    sim_key *keys = heap->keys;

    SIM_ASSERT(position < heap->capacity);
    while (position > 0) {
        uint64_t parent = (position - 1) / SIM_HEAP_ARITY;
        if (keys[parent] < key) {
            break;
        }
        keys[position] = keys[parent];
        position = parent;
    }
    keys[position] = key;
}

static inline void sim_heap_insert(struct sim_heap *heap, sim_key key)
{
    if (heap->has_hole) {
        heap->has_hole = false;
        sim_heap_sift_down(heap, key);
        return;
    }
    if (heap->count == heap->capacity) {
        sim_heap_grow(heap);
    }
    sim_heap_sift_up(heap, heap->count++, key);
}

/* Puts the last key where the first was. Before the first key is looked at. */
static inline void sim_heap_fill_hole(struct sim_heap *heap)
{
    if (!heap->has_hole) {
        return;
    }
    SIM_ASSERT(heap->count > 0);
    heap->has_hole = false;
    heap->count--;
    sim_key last = heap->keys[heap->count];
    heap->keys[heap->count] = SIM_KEY_LAST;
    if (heap->count > 0) {
        sim_heap_sift_down(heap, last);
    }
}

/* SIM_KEY_LAST when the heap is empty. */
static inline sim_key sim_heap_first(struct sim_heap *heap)
{
    sim_heap_fill_hole(heap);
    return heap->keys[0];
}

static inline void sim_heap_take_first(struct sim_heap *heap)
{
    SIM_ASSERT(heap->count > 0 && !heap->has_hole);
    heap->has_hole = true;
}

static inline uint64_t sim_heap_count(const struct sim_heap *heap)
{
    SIM_ASSERT(heap->count >= heap->has_hole);

    return heap->count - heap->has_hole;
}

#endif
