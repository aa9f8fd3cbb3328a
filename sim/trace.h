/* sim/trace.h - what happened, as fixed-size records, and its running digest.
 *
 * Two runs are "the same run" when their digests are equal. The digest folds every record's time,
 * kind, node and message; the sink, if there is one, sees each record. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base.h"

struct sim_trace_record {
    sim_time time;
    uint64_t message;
    uint32_t node;
    uint32_t kind;
};

typedef void sim_trace_sink_fn(void *context, const struct sim_trace_record *record);

struct sim_trace {
    uint64_t digest;
    uint64_t count;
    sim_trace_sink_fn *sink; /* NULL: none */
    void *sink_context;
};

/* Odd, with half of their bits set, and no two alike: the first decimals of pi in base 16. */
#define SIM_TRACE_DIGEST_EMPTY UINT64_C(0x243f6a8885a308d3)
#define SIM_TRACE_TIME         UINT64_C(0xa4093822299f31d0)
#define SIM_TRACE_MESSAGE      UINT64_C(0xc0ac29b7c97c50dd)
#define SIM_TRACE_PLACE        UINT64_C(0xbe5466cf34e90c6d)
#define SIM_TRACE_CHAIN        UINT64_C(0x9216d5d98979fb1b)

void sim_trace_init(struct sim_trace *trace);

/* The high half of the product of two 64-bit numbers xor its low half: every bit of the result
 * depends on every bit of both. */
static inline uint64_t sim_trace_fold(uint64_t a, uint64_t b)
{
    sim_uint128 product = (sim_uint128)a * b;

    return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/* Folds one record in and shows it to the sink. The record is hashed apart from the digest, so that
 * only one multiplication waits for the record before. For a given record the digest is mapped one
 * to one: two runs that differ once stay different, but for a chance of 2^-64 at every record that
 * differs. */
static inline void sim_trace_add(struct sim_trace *trace, const struct sim_trace_record *record)
{
    uint64_t place = (uint64_t)record->kind << 32 | record->node;
    uint64_t hash = sim_trace_fold(
        (uint64_t)record->time ^ SIM_TRACE_TIME, record->message ^ SIM_TRACE_MESSAGE);
    hash += place * SIM_TRACE_PLACE;

    uint64_t digest = (trace->digest ^ hash) * SIM_TRACE_CHAIN;
    trace->digest = digest ^ digest >> 32;
    trace->count++;
    if (trace->sink != NULL) {
        trace->sink(trace->sink_context, record);
    }
}

#endif
