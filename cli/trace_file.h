/* cli/trace_file.h - trace.bin: every record of a run's trace, in the form that docs/trace.md has
 * byte by byte.
 *
 * Written as the run goes on; read back by `trace.json`, and by whoever wants to. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_TRACE_FILE_H
#define CLI_TRACE_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "sim/trace.h"
#include "world/world.h"

#define CLI_TRACE_RECORDS_AT_ONCE 4096

/* ---- writing ---- */

typedef struct cli_trace_writer cli_trace_writer;

/* From now on every record of the world's trace goes to this file, which is empty. The world is not
 * destroyed before end(). */
cli_trace_writer *cli_trace_begin(struct world *world, int descriptor);

/* Writes what is left, the nodes and the header, and frees the writer. False when the file could
 * not take everything; errno says why. */
SIM_MUST_USE bool cli_trace_end(cli_trace_writer *writer);

/* ---- reading ---- */

struct cli_trace_node {
    char *datacenter;
    char *name; /* within it */
    char *type; /* "producer", "broker", ... */
};

struct cli_trace_file {
    int descriptor; /* borrowed */
    uint64_t record_count;
    uint64_t digest;  /* of the run */
    GPtrArray *nodes; /* of struct cli_trace_node; a record's node is an index into it */
};

/* Reads header and nodes. False, and *error set, when it is no trace, one of another version, or
 * cut short. finish() in any case. */
SIM_MUST_USE bool cli_trace_file_open(struct cli_trace_file *file, int descriptor, GError **error);
void cli_trace_file_finish(struct cli_trace_file *file);

/* Reads up to CLI_TRACE_RECORDS_AT_ONCE records from the `first` on. Their number, 0 beyond the
 * last; -1, and *error set, when they cannot be read, go back in time, or name a node that is
 * not there. */
SIM_MUST_USE int32_t cli_trace_file_read(
    const struct cli_trace_file *file,
    uint64_t first,
    struct sim_trace_record *out_records,
    GError **error);

#endif
