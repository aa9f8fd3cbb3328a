/* bench/limit.h - how fast a small generic engine can be that does one thing. */
/* SPDX-License-Identifier: MIT */
#ifndef BENCH_LIMIT_H
#define BENCH_LIMIT_H

#include <stdint.h>

struct bench_result {
    double mean; /* ns in the system */
    uint64_t count;
};

/* M/M/1 at rho = 0.9. */
struct bench_result bench_limit(uint64_t customer_count);

#endif
