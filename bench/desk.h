/* bench/desk.h - M/M/1 as a world built in C: a producer, a queue and a consumer in one data
 * centre, whose link and broker take no time. What is left is what the world itself costs. */
/* SPDX-License-Identifier: MIT */
#ifndef BENCH_DESK_H
#define BENCH_DESK_H

#include "world/queue.h"

#include "bench/limit.h"

/* So many customers on average, rho = 0.9. */
struct bench_result bench_desk(enum world_queue_model model, uint64_t customer_count);

#endif
