/* The yardstick: a generic engine in some 130 lines. Times are int64 ns; 16-byte keys (time,
 * sequence, slot) lie in a 4-ary heap whose root hole the next insert fills; slots hold a function
 * pointer and an argument; customers wait in a ring. It cannot cancel, grow, check itself or draw
 * named streams, and its queue is an array. Mean and histogram for every customer. Built at -O3. */
/* SPDX-License-Identifier: MIT */
#include "bench/limit.h"

#include <stdbool.h>
#include <stdlib.h>

#include "sim/histogram.h"
#include "sim/random.h"

#define SLOTS     64
#define RING      (1U << 16)
#define SLOT_BITS 8

typedef struct engine engine;
typedef void action_fn(engine *engine);

struct engine {
    sim_uint128 heap[SLOTS];
    uint32_t count;
    bool has_hole;
    action_fn *actions[SLOTS];
    uint32_t free_slots[SLOTS];
    uint32_t free_count;
    uint64_t sequence;
    int64_t now;
    int64_t ring[RING];
    uint32_t head;
    uint32_t tail;
    bool is_busy;
    uint64_t left;
    int64_t total;
    struct sim_stream intervals;
    struct sim_stream services;
    sim_histogram *histogram;
};

static inline void sift_down(engine *e, sim_uint128 key)
{
    uint32_t position = 0;

    for (uint32_t first = 1; first < e->count; first = 4 * position + 1) {
        uint32_t end = first + 4 < e->count ? first + 4 : e->count;
        uint32_t least = first;
        for (uint32_t child = first + 1; child < end; child++) {
            least = e->heap[child] < e->heap[least] ? child : least;
        }
        if (key < e->heap[least]) {
            break;
        }
        e->heap[position] = e->heap[least];
        position = least;
    }
    e->heap[position] = key;
}

static inline void schedule(engine *e, int64_t delay, action_fn *action)
{
    uint32_t slot = e->free_slots[--e->free_count];
    uint64_t rank = e->sequence++ << SLOT_BITS | slot;
    sim_uint128 key = (sim_uint128)(uint64_t)(e->now + delay) << 64 | rank;

    e->actions[slot] = action;
    if (e->has_hole) {
        e->has_hole = false;
        sift_down(e, key);
        return;
    }
    uint32_t position = e->count++;
    while (position > 0 && key < e->heap[(position - 1) / 4]) {
        e->heap[position] = e->heap[(position - 1) / 4];
        position = (position - 1) / 4;
    }
    e->heap[position] = key;
}

static bool step(engine *e)
{
    if (e->has_hole) {
        e->has_hole = false;
        e->count--;
        sift_down(e, e->heap[e->count]);
    }
    if (e->count == 0) {
        return false;
    }
    sim_uint128 key = e->heap[0];
    uint32_t slot = (uint32_t)key & ((1U << SLOT_BITS) - 1);
    e->has_hole = true;
    e->now = (int64_t)(uint64_t)(key >> 64);
    e->free_slots[e->free_count++] = slot;
    e->actions[slot](e);
    return true;
}

static inline int64_t draw(struct sim_stream *stream, double mean)
{
    return (int64_t)(mean * sim_stream_exponential(stream));
}

static void finish(engine *e)
{
    int64_t time_in_system = e->now - e->ring[e->head++ % RING];

    e->total += time_in_system;
    sim_histogram_record(e->histogram, time_in_system);
    e->is_busy = e->head != e->tail;
    if (e->is_busy) {
        schedule(e, draw(&e->services, 0.9e9), finish);
    }
}

static void arrive(engine *e)
{
    if (e->left == 0) {
        return;
    }
    e->left--;
    e->ring[e->tail++ % RING] = e->now;
    schedule(e, draw(&e->intervals, 1e9), arrive);
    if (!e->is_busy) {
        e->is_busy = true;
        schedule(e, draw(&e->services, 0.9e9), finish);
    }
}

struct bench_result bench_limit(uint64_t customer_count)
{
    engine *e = sim_allocate(1, sizeof(*e));

    e->left = customer_count;
    e->intervals = sim_stream_named(1, "intervals");
    e->services = sim_stream_named(1, "services");
    e->histogram = sim_histogram_create();
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        e->free_slots[e->free_count++] = slot;
    }
    schedule(e, 0, arrive);
    while (step(e)) {
    }
    struct bench_result result = {
        .mean = (double)e->total / (double)customer_count,
        .count = sim_histogram_count(e->histogram),
    };
    sim_histogram_destroy(e->histogram);
    free(e);
    return result;
}
