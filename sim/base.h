/* sim/base.h - the few words that every file of the simulator speaks. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_BASE_H
#define SIM_BASE_H

#include <stddef.h>
#include <stdint.h>

/* Nanoseconds since the start of the run. An integer, because sums of doubles depend on order. */
typedef int64_t sim_time;

#define SIM_MICROSECOND INT64_C(1000)
#define SIM_MILLISECOND INT64_C(1000000)
#define SIM_SECOND      INT64_C(1000000000)
#define SIM_NEVER       INT64_MAX

/* The product of two 64-bit numbers. */
__extension__ typedef unsigned __int128 sim_uint128;

/* The caller must look at the result. */
#define SIM_MUST_USE __attribute__((warn_unused_result))

/* States what holds if this program is correct; stays on in every build. What can go wrong in a
 * correct program (a full queue, a bad scenario) is a return value, never an assertion. */
#define SIM_ASSERT(condition)                                                                      \
    (__builtin_expect(!!(condition), 1) ? (void)0                                                  \
                                        : sim_assert_failed(#condition, __FILE__, __LINE__))

_Noreturn void sim_assert_failed(const char *condition, const char *file, int line);

/* Zeroed memory for `count` things of `size` bytes each; free() gives it back. Ends the process,
 * with a message on stderr, when there is none: a simulation cannot go on without. */
SIM_MUST_USE void *sim_allocate(size_t count, size_t size);

/* The same, at a multiple of 64 bytes: what has 32 or 64 bytes then lies in one line of a cache. */
SIM_MUST_USE void *sim_allocate_aligned(size_t count, size_t size);

/* A larger copy of `memory`: its first `old_count` things, then zeroes. Frees `memory`. */
SIM_MUST_USE void *sim_grow(void *memory, size_t old_count, size_t new_count, size_t size);

#endif
