/* bench/queues/queues.h - what the measured queues have in common. */
/* SPDX-License-Identifier: MIT */
#ifndef BENCH_QUEUES_QUEUES_H
#define BENCH_QUEUES_QUEUES_H

#include <stdbool.h>
#include <stdint.h>

#define QUEUE_CAPACITY 4096
#define BATCH_MAX      32

#ifdef ELEMENT_SIZE
struct element {
    uint64_t words[ELEMENT_SIZE / 8];
};
#endif

/* Moves `count` messages with `threads` (1 or 2) and returns ns a message. */
typedef double bench_queues_fn(uint32_t threads, uint32_t batch, uint64_t count);

#ifdef __cplusplus
extern "C" {
#endif
bench_queues_fn bench_queues_plain_8;
bench_queues_fn bench_queues_plain_64;
bench_queues_fn bench_queues_point_to_point_8;
bench_queues_fn bench_queues_point_to_point_64;
bench_queues_fn bench_queues_ck_8;
bench_queues_fn bench_queues_ck_64;
bench_queues_fn bench_queues_moodycamel_8;
bench_queues_fn bench_queues_moodycamel_64;
#ifdef __cplusplus
}
#endif

#endif
