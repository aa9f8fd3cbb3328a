/* The rare parts of the heap. Child c of parent p is at 4 p + 1 + c. */
/* SPDX-License-Identifier: MIT */
#include "sim/heap.h"

#include <stdlib.h>

#define FIRST_CAPACITY 64

static void pad(struct sim_heap *heap)
{
    SIM_ASSERT(heap->count <= heap->capacity);

    for (uint64_t i = heap->count; i < heap->capacity + SIM_HEAP_ARITY; i++) {
        heap->keys[i] = SIM_KEY_LAST;
    }
}

void sim_heap_init(struct sim_heap *heap)
{
    *heap = (struct sim_heap){.capacity = FIRST_CAPACITY};
    heap->keys = sim_allocate(heap->capacity + SIM_HEAP_ARITY, sizeof(sim_key));
    pad(heap);
}

void sim_heap_finish(struct sim_heap *heap)
{
    SIM_ASSERT(heap->keys != NULL);

    free(heap->keys);
    heap->keys = NULL;
}

void sim_heap_grow(struct sim_heap *heap)
{
    SIM_ASSERT(heap->count == heap->capacity);
    SIM_ASSERT(!heap->has_hole);

    uint64_t old = heap->capacity;

    heap->capacity = 2 * old;
    heap->keys = sim_grow(
        heap->keys, old + SIM_HEAP_ARITY, heap->capacity + SIM_HEAP_ARITY, sizeof(sim_key));
    pad(heap);
}

uint64_t sim_heap_size(const struct sim_heap *heap)
{
    SIM_ASSERT(heap->count <= heap->capacity);

    return (heap->capacity + SIM_HEAP_ARITY) * sizeof(sim_key);
}

void sim_heap_check(const struct sim_heap *heap)
{
    SIM_ASSERT(heap->count <= heap->capacity);
    SIM_ASSERT(!heap->has_hole || heap->count > 0);
    for (uint64_t i = 1; i < heap->count; i++) {
        uint64_t parent = (i - 1) / SIM_HEAP_ARITY;
        bool is_below_hole = parent == 0 && heap->has_hole;
        SIM_ASSERT(is_below_hole || heap->keys[parent] < heap->keys[i]);
    }
    for (uint64_t i = heap->count; i < heap->count + SIM_HEAP_ARITY; i++) {
        SIM_ASSERT(heap->keys[i] == SIM_KEY_LAST);
    }
}
