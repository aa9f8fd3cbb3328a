/* sim/trace.h - what happened, as fixed-size records, and its running digest.
 *
 * Two runs are "the same run" when their digests are equal. The digest folds every record's time,
 * kind, node and message; the sink, if there is one, sees each record. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

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

void sim_trace_init(struct sim_trace *trace);
void sim_trace_add(struct sim_trace *trace, const struct sim_trace_record *record);

#endif
