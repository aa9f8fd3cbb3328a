/* cli/trace_json.h - trace.json: a trace in the Trace Event Format, which Perfetto and
 * chrome://tracing show.
 *
 * A data centre is a process, a node a thread. The life of a message is an asynchronous span, from
 * its producer's buffer to its effect, with what happened in between; so is each outage of a
 * node. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_TRACE_JSON_H
#define CLI_TRACE_JSON_H

#include <stdbool.h>

#include <glib.h>

#include "sim/base.h"

/* Reads trace.bin from one descriptor, and writes trace.json to the other. False, and *error set,
 * when either fails. */
SIM_MUST_USE bool cli_trace_json_write(int bin, int json, GError **error);

#endif
