/* world/clicklog.h - recorded events: comma-separated columns of any names, or a web server's log.
 *
 * Of comma-separated text the first line names the columns, and a mapping says which of them are
 * the time, the key, the value and attributes. A log in Common Log Format gives the time; the
 * client's address and the remote user ("-" is the address again) as attributes; and the first
 * segment of the path as the key. Times are seconds since the first entry. A field that is no
 * number counts by a hash of its text, an IPv4 address by its 32 bits.
 *
 * Lines may be out of order by a tolerance: entries wait that long, and come out in order. The text
 * is streamed; what is held is what came within the tolerance, up to a number of entries. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_CLICKLOG_H
#define WORLD_CLICKLOG_H

#include "models/message.h"
#include "sim/recording.h"

#define WORLD_CLICKLOG_COLUMNS_MAX 64
#define WORLD_CLICKLOG_HELD_MAX    (1 << 20)

/* What a column is: an attribute's index from 0 on, or one of these. */
enum world_clicklog_role {
    WORLD_CLICKLOG_TIME = -1,
    WORLD_CLICKLOG_KEY = -2,
    WORLD_CLICKLOG_VALUE = -3,
    WORLD_CLICKLOG_NONE = -4,
};

struct world_clicklog_column {
    const char *name; /* borrowed until the log is made */
    int role;
};

struct world_clicklog_config {
    bool is_web_log; /* Common Log Format; else comma-separated */
    sim_time tolerance;
    struct world_clicklog_column columns[WORLD_CLICKLOG_COLUMNS_MAX]; /* of comma-separated text */
    uint32_t column_count;
    int address; /* of a web log: the attributes of this index, or WORLD_CLICKLOG_NONE */
    int user;
};

typedef struct world_clicklog world_clicklog;

/* `context` is borrowed until world_clicklog_destroy(). */
world_clicklog *world_clicklog_create(
    const struct world_clicklog_config *config, sim_recording_read_fn *read, void *context);
void world_clicklog_destroy(world_clicklog *log);

/* Sets *out_entry when there is one. */
SIM_MUST_USE enum sim_recording_result world_clicklog_next(
    world_clicklog *log, struct sim_recording_entry *out_entry);

/* After SIM_RECORDING_MALFORMED. */
struct sim_recording_error world_clicklog_error_of(const world_clicklog *log);

#endif
