/* bench/sim/lists.h - the future event lists that are compared, behind one interface.
 *
 * What a candidate orders is a key of 16 bytes: time, order of insertion, and below it the number
 * of the event's slot, which the caller chose. All of them pop the same sequence. */
/* SPDX-License-Identifier: MIT */
#ifndef BENCH_SIM_LISTS_H
#define BENCH_SIM_LISTS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base.h"

#define BENCH_SLOT_BITS 24

struct bench_list {
    const char *name;

    /* As many events at most. Is any of them going to be moved? */
    void *(*create)(uint64_t capacity, bool moves);
    void (*destroy)(void *list);
    void (*insert)(void *list, sim_uint128 key);
    sim_uint128 (*pop)(void *list); /* of a list that is not empty */

    /* Cancels the event of the key's slot and inserts it anew. NULL: the list cannot cancel; who
     * uses it must know by himself that a key is stale. */
    void (*move)(void *list, sim_uint128 key);
};

extern const struct bench_list bench_binary_heap;
extern const struct bench_list bench_quad_heap;
extern const struct bench_list bench_ladder;
extern const struct bench_list bench_radix;
extern const struct bench_list bench_kernel;

/* Bytes of memory that a list of bench_kernel holds. */
uint64_t bench_kernel_size(const void *list);

static inline sim_uint128 bench_key(sim_time time, uint64_t order, uint64_t slot)
{
    return (sim_uint128)(uint64_t)time << 64 | order << BENCH_SLOT_BITS | slot;
}

static inline sim_time bench_key_time(sim_uint128 key)
{
    return (sim_time)(uint64_t)(key >> 64);
}

static inline uint64_t bench_key_rank(sim_uint128 key)
{
    return (uint64_t)key;
}

static inline uint64_t bench_key_slot(sim_uint128 key)
{
    return (uint64_t)key % (UINT64_C(1) << BENCH_SLOT_BITS);
}

#endif
