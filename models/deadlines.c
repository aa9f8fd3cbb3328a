/* A binary heap, and for each index its place there, so that removing one needs no search. Sifting
 * moves a hole and fills it once at the end. */
/* SPDX-License-Identifier: MIT */
#include "models/deadlines.h"

#include <stdlib.h>

#define CAPACITY_FIRST 16
#define NOWHERE        0

void model_deadlines_init(struct model_deadlines *deadlines)
{
    *deadlines = (struct model_deadlines){.heap = NULL};
}

void model_deadlines_finish(struct model_deadlines *deadlines)
{
    free(deadlines->heap);
    free(deadlines->places);
    model_deadlines_init(deadlines);
}

static bool is_before(const struct model_deadline *a, const struct model_deadline *b)
{
    if (a->time != b->time) {
        return a->time < b->time;
    }
    return a->order < b->order;
}

static void put(struct model_deadlines *deadlines, uint32_t place, struct model_deadline deadline)
{
    SIM_ASSERT(place < deadlines->count && deadline.index < deadlines->place_capacity);
    deadlines->heap[place] = deadline;
    deadlines->places[deadline.index] = place + 1;
}

static void sift_up(
    struct model_deadlines *deadlines, uint32_t hole, struct model_deadline deadline)
{
    SIM_ASSERT(hole < deadlines->count);
    while (hole > 0) {
        uint32_t parent = (hole - 1) / 2;
        if (!is_before(&deadline, &deadlines->heap[parent])) {
            break;
        }
        put(deadlines, hole, deadlines->heap[parent]);
        hole = parent;
    }
    put(deadlines, hole, deadline);
}

/* Returns where the hole came to rest. */
static uint32_t sift_hole_down(
    struct model_deadlines *deadlines, uint32_t hole, const struct model_deadline *deadline)
{
    SIM_ASSERT(hole < deadlines->count);
    while (hole < deadlines->count / 2) {
        uint32_t child = 2 * hole + 1;
        if (child + 1 < deadlines->count &&
            is_before(&deadlines->heap[child + 1], &deadlines->heap[child])) {
            child++;
        }
        if (is_before(deadline, &deadlines->heap[child])) {
            break;
        }
        put(deadlines, hole, deadlines->heap[child]);
        hole = child;
    }
    return hole;
}

static uint32_t doubled(uint32_t capacity, uint32_t needed)
{
    capacity = capacity == 0 ? CAPACITY_FIRST : capacity;
    while (capacity < needed) {
        SIM_ASSERT(capacity <= UINT32_MAX / 2);
        capacity *= 2;
    }
    return capacity;
}

static void reserve(struct model_deadlines *deadlines, uint32_t index)
{
    uint32_t capacity = doubled(deadlines->capacity, deadlines->count + 1);
    uint32_t place_capacity = doubled(deadlines->place_capacity, index + 1);

    SIM_ASSERT(index < UINT32_MAX);
    if (capacity > deadlines->capacity) {
        deadlines->heap =
            sim_grow(deadlines->heap, deadlines->count, capacity, sizeof(*deadlines->heap));
        deadlines->capacity = capacity;
    }
    if (place_capacity > deadlines->place_capacity) {
        deadlines->places = sim_grow(
            deadlines->places,
            deadlines->place_capacity,
            place_capacity,
            sizeof(*deadlines->places));
        deadlines->place_capacity = place_capacity;
    }
}

void model_deadlines_insert(struct model_deadlines *deadlines, sim_time time, uint32_t index)
{
    reserve(deadlines, index);
    SIM_ASSERT(deadlines->places[index] == NOWHERE);
    deadlines->count++;
    sift_up(
        deadlines,
        deadlines->count - 1,
        (struct model_deadline){.time = time, .order = deadlines->order_next++, .index = index});
}

bool model_deadlines_has(const struct model_deadlines *deadlines, uint32_t index)
{
    return index < deadlines->place_capacity && deadlines->places[index] != NOWHERE;
}

void model_deadlines_remove(struct model_deadlines *deadlines, uint32_t index)
{
    SIM_ASSERT(model_deadlines_has(deadlines, index));

    uint32_t hole = deadlines->places[index] - 1;
    deadlines->places[index] = NOWHERE;
    deadlines->count--;
    if (hole == deadlines->count) {
        return;
    }
    struct model_deadline last = deadlines->heap[deadlines->count];
    sift_up(deadlines, sift_hole_down(deadlines, hole, &last), last);
}

sim_time model_deadlines_next(const struct model_deadlines *deadlines)
{
    SIM_ASSERT(deadlines->count == 0 || deadlines->places[deadlines->heap[0].index] == 1);
    return deadlines->count == 0 ? SIM_NEVER : deadlines->heap[0].time;
}

bool model_deadlines_pop(struct model_deadlines *deadlines, sim_time now, uint32_t *out_index)
{
    if (deadlines->count == 0 || deadlines->heap[0].time > now) {
        return false;
    }
    uint32_t index = deadlines->heap[0].index;
    SIM_ASSERT(deadlines->places[index] == 1);
    model_deadlines_remove(deadlines, index);
    *out_index = index;
    return true;
}

void model_deadlines_check(const struct model_deadlines *deadlines)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < deadlines->count; i++) {
        SIM_ASSERT(i == 0 || !is_before(&deadlines->heap[i], &deadlines->heap[(i - 1) / 2]));
        SIM_ASSERT(deadlines->heap[i].order < deadlines->order_next);
        SIM_ASSERT(deadlines->places[deadlines->heap[i].index] == i + 1);
    }
    for (uint32_t index = 0; index < deadlines->place_capacity; index++) {
        count += deadlines->places[index] != NOWHERE ? 1 : 0;
    }
    SIM_ASSERT(count == deadlines->count && count <= deadlines->capacity);
}
