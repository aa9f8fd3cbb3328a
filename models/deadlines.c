/* A binary heap. Sifting moves a hole and fills it once at the end. */
/* SPDX-License-Identifier: MIT */
#include "models/deadlines.h"

#include <stdbool.h>
#include <stdlib.h>

#define CAPACITY_FIRST 16

void model_deadlines_init(struct model_deadlines *deadlines)
{
    *deadlines = (struct model_deadlines){.heap = NULL};
}

void model_deadlines_finish(struct model_deadlines *deadlines)
{
    free(deadlines->heap);
    model_deadlines_init(deadlines);
}

static bool is_before(const struct model_deadline *a, const struct model_deadline *b)
{
    if (a->time != b->time) {
        return a->time < b->time;
    }
    return a->order < b->order;
}

static void sift_up(struct model_deadlines *deadlines, struct model_deadline last)
{
    uint32_t hole = deadlines->count - 1;

    SIM_ASSERT(deadlines->count > 0);
    while (hole > 0) {
        uint32_t parent = (hole - 1) / 2;
        if (!is_before(&last, &deadlines->heap[parent])) {
            break;
        }
        deadlines->heap[hole] = deadlines->heap[parent];
        hole = parent;
    }
    deadlines->heap[hole] = last;
}

static void sift_down(struct model_deadlines *deadlines, struct model_deadline first)
{
    uint32_t hole = 0;

    SIM_ASSERT(deadlines->count > 0);
    while (hole < deadlines->count / 2) {
        uint32_t child = 2 * hole + 1;
        if (child + 1 < deadlines->count &&
            is_before(&deadlines->heap[child + 1], &deadlines->heap[child])) {
            child++;
        }
        if (is_before(&first, &deadlines->heap[child])) {
            break;
        }
        deadlines->heap[hole] = deadlines->heap[child];
        hole = child;
    }
    deadlines->heap[hole] = first;
}

void model_deadlines_insert(struct model_deadlines *deadlines, sim_time time, uint32_t index)
{
    if (deadlines->count == deadlines->capacity) {
        uint32_t capacity = deadlines->capacity == 0 ? CAPACITY_FIRST : deadlines->capacity * 2;
        SIM_ASSERT(capacity > deadlines->count);
        deadlines->heap =
            sim_grow(deadlines->heap, deadlines->count, capacity, sizeof(*deadlines->heap));
        deadlines->capacity = capacity;
    }
    deadlines->count++;
    sift_up(
        deadlines,
        (struct model_deadline){.time = time, .order = deadlines->order_next++, .index = index});
}

sim_time model_deadlines_next(const struct model_deadlines *deadlines)
{
    return deadlines->count == 0 ? SIM_NEVER : deadlines->heap[0].time;
}

uint32_t model_deadlines_pop(struct model_deadlines *deadlines)
{
    SIM_ASSERT(deadlines->count > 0);

    uint32_t index = deadlines->heap[0].index;
    deadlines->count--;
    if (deadlines->count > 0) {
        sift_down(deadlines, deadlines->heap[deadlines->count]);
    }
    return index;
}

void model_deadlines_check(const struct model_deadlines *deadlines)
{
    SIM_ASSERT(deadlines->count <= deadlines->capacity);
    for (uint32_t i = 1; i < deadlines->count; i++) {
        SIM_ASSERT(!is_before(&deadlines->heap[i], &deadlines->heap[(i - 1) / 2]));
        SIM_ASSERT(deadlines->heap[i].order < deadlines->order_next);
    }
}
