/* bench/queues/queues.h - what the measured queues have in common. */
/* SPDX-License-Identifier: MIT */
#ifndef BENCH_QUEUES_QUEUES_H
#define BENCH_QUEUES_QUEUES_H

#include <stdbool.h>
#include <stdint.h>

#define QUEUE_CAPACITY 4096
#define BATCH_MAX      32
#define TWO_BY_TWO_NS  100000000

/* Each size is a type of its own name: of two C++ templates over types of one name and different
 * size, a linker keeps one, and a queue of 64 bytes would carry 8. */
#ifdef ELEMENT_SIZE
#define ELEMENT_OF(size)   element_##size
#define ELEMENT_NAME(size) ELEMENT_OF(size)
#define element            ELEMENT_NAME(ELEMENT_SIZE)
#define ELEMENT_LAST       (ELEMENT_SIZE / 8 - 1)

struct element {
    uint64_t words[ELEMENT_SIZE / 8];
};
#endif

/* Moves `count` messages with one thread that sends and receives in turn, with two threads, one at
 * each end; or, with four, two at each end, moves what they can in TWO_BY_TWO_NS. Returns ns a
 * message. */
typedef double bench_queues_fn(uint32_t threads, uint32_t batch, uint64_t count);

#ifdef __cplusplus
extern "C" {
#endif
bench_queues_fn bench_queues_plain_8, bench_queues_plain_64;
bench_queues_fn bench_queues_point_to_point_8, bench_queues_point_to_point_64;
bench_queues_fn bench_queues_mpmc_8, bench_queues_mpmc_64;
bench_queues_fn bench_queues_ck_8, bench_queues_ck_64;
bench_queues_fn bench_queues_ck_shared_8, bench_queues_ck_shared_64;
bench_queues_fn bench_queues_dpdk_8, bench_queues_dpdk_64;
bench_queues_fn bench_queues_dpdk_shared_8, bench_queues_dpdk_shared_64;
bench_queues_fn bench_queues_moodycamel_8, bench_queues_moodycamel_64;
bench_queues_fn bench_queues_moodycamel_shared_8, bench_queues_moodycamel_shared_64;
bench_queues_fn bench_queues_boost_8, bench_queues_boost_64;
bench_queues_fn bench_queues_boost_shared_8, bench_queues_boost_shared_64;
bench_queues_fn bench_queues_urcu_8, bench_queues_urcu_64;
bench_queues_fn bench_queues_glib_8, bench_queues_glib_64;
#ifdef __cplusplus
}
#endif

#endif
