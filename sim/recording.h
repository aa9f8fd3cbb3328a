/* sim/recording.h - arrivals as they were recorded, from comma-separated text or a web log.
 *
 * Each line has a time in seconds since the start, then, if there are any, a key and a value:
 * "0.125,17,2500". Both are integers of 63 bits, which is what a scenario can hold, and a key is at
 * least 0. A first line that starts with a letter names the columns, which may then stand in any
 * order, among others: "time", "key", "value"; each line then has all of them. Times never fall;
 * empty lines count for nothing. A text whose first line has a bracket and a quote is a log
 * (sim/access_log.h): its times count from the first line's, its key is the hash of what was asked
 * for, its value the size of the answer. The text is streamed through a buffer of constant size
 * from whoever can read it; nothing of it is kept. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_RECORDING_H
#define SIM_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base.h"

/* Fills at most `size` bytes of the buffer with what comes next, and returns how many; 0 at the
 * end. */
typedef size_t sim_recording_read_fn(void *context, char *buffer, size_t size);

#define SIM_RECORDING_ATTRIBUTES 5

struct sim_recording_entry {
    sim_time time;
    uint64_t key;                                  /* 0 without such a column */
    int64_t value;                                 /* 0 without such a column */
    uint32_t attributes[SIM_RECORDING_ATTRIBUTES]; /* of other formats than this one: */
    uint8_t attributes_given;                      /* a bit for each that is recorded */
    bool lacks_value;                              /* the value is not recorded */
};

enum sim_recording_result {
    SIM_RECORDING_ENTRY,
    SIM_RECORDING_END,
    SIM_RECORDING_MALFORMED, /* for good: see sim_recording_error_of() */
};

/* What is wrong with the text: "line 17: the time is before the one above". */
struct sim_recording_error {
    uint64_t line; /* the first line is 1 */
    const char *problem;
};

typedef struct sim_recording sim_recording;

/* `context` is borrowed until sim_recording_destroy(). */
sim_recording *sim_recording_create(sim_recording_read_fn *read, void *context);
void sim_recording_destroy(sim_recording *recording);

/* Sets *out_entry when there is one. */
SIM_MUST_USE enum sim_recording_result sim_recording_next(
    sim_recording *recording, struct sim_recording_entry *out_entry);

/* After SIM_RECORDING_MALFORMED. */
struct sim_recording_error sim_recording_error_of(const sim_recording *recording);

#endif
