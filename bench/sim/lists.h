/* bench/sim/lists.h - the future event lists that are compared, behind one interface.
 *
 * A candidate orders (time, order of insertion) and gives back times; all of them pop the same
 * sequence. None but the kernel's can cancel, so the others are spared that work. */
/* SPDX-License-Identifier: MIT */
#ifndef BENCH_SIM_LISTS_H
#define BENCH_SIM_LISTS_H

#include <stdint.h>

#include "sim/base.h"

struct bench_list {
    const char *name;
    void *(*create)(uint64_t capacity);
    void (*destroy)(void *list);
    void (*insert)(void *list, sim_time time);
    sim_time (*pop)(void *list); /* of a list that is not empty */
};

extern const struct bench_list bench_binary_heap;
extern const struct bench_list bench_quad_heap;
extern const struct bench_list bench_ladder;
extern const struct bench_list bench_radix;
extern const struct bench_list bench_kernel;

/* Time above, order of insertion below. */
static inline sim_uint128 bench_key(sim_time time, uint64_t order)
{
    return (sim_uint128)(uint64_t)time << 64 | order;
}

static inline sim_time bench_key_time(sim_uint128 key)
{
    return (sim_time)(uint64_t)(key >> 64);
}

#endif
