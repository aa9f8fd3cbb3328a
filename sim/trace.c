/* The digest as it stands before the first record. */
/* SPDX-License-Identifier: MIT */
#include "sim/trace.h"

void sim_trace_init(struct sim_trace *trace)
{
    *trace = (struct sim_trace){.digest = SIM_TRACE_DIGEST_EMPTY};
}
