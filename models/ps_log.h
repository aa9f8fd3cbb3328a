/* models/ps_log.h - the log of one partition: messages in the order of their offsets.
 *
 * A message has an offset, which it keeps for ever, and a place, which counts what is in the log
 * without gaps: places are first, first + 1, ... end - 1, and offsets grow with them. So how many
 * messages lie between two of them is a subtraction, whatever retention took from between.
 *
 * The log lives in segments of MODEL_PS_SEGMENT_LENGTH, which are never copied; those that are not
 * in use wait in a shelf that many logs share. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_PS_LOG_H
#define MODELS_PS_LOG_H

#include <stdint.h>

#include "models/message.h"
#include "sim/base.h"

#define MODEL_PS_SEGMENT_BITS   8
#define MODEL_PS_SEGMENT_LENGTH (1U << MODEL_PS_SEGMENT_BITS)

struct model_ps_entry {
    struct model_message message;
    uint64_t offset;
    uint64_t position; /* of its record in the store; 0 without one */
    sim_time time;     /* when it was published; it grows with the offset */
};

_Static_assert(sizeof(struct model_ps_entry) <= 96, "ten million fit in 1 GiB");

struct model_ps_segment {
    struct model_ps_segment *next; /* on the shelf */
    struct model_ps_entry entries[MODEL_PS_SEGMENT_LENGTH];
};

/* All zero is an empty one. */
struct model_ps_shelf {
    struct model_ps_segment *first;
    uint64_t made; /* segments, in logs and on the shelf */
};

struct model_ps_log {
    struct model_ps_shelf *shelf;       /* borrowed */
    struct model_ps_segment **segments; /* a ring: that of place p is at p / length, modulo the
                                           capacity */
    uint64_t mask;                      /* capacity - 1 */
    uint64_t first;                     /* places */
    uint64_t end;
    uint64_t offset_end; /* the offset that the next message gets */
};

void model_ps_shelf_finish(struct model_ps_shelf *shelf);

void model_ps_log_init(struct model_ps_log *log, struct model_ps_shelf *shelf);
void model_ps_log_finish(struct model_ps_log *log);

/* Makes the place `end` good, where no segment is there yet. */
void model_ps_log_extend(struct model_ps_log *log);

static inline struct model_ps_entry *model_ps_log_at(const struct model_ps_log *log, uint64_t place)
{
    SIM_ASSERT(place >= log->first && place < log->end);
    uint64_t segment = place >> MODEL_PS_SEGMENT_BITS & log->mask;
    return &log->segments[segment]->entries[place & (MODEL_PS_SEGMENT_LENGTH - 1)];
}

/* Adds a place at the end; whoever calls fills it in, and sets offset_end. */
static inline struct model_ps_entry *model_ps_log_push(struct model_ps_log *log)
{
    if ((log->end & (MODEL_PS_SEGMENT_LENGTH - 1)) == 0 || log->first == log->end) {
        model_ps_log_extend(log);
    }
    log->end++;
    return model_ps_log_at(log, log->end - 1);
}

/* Gives up all places below `first`, or all from `end` on. */
void model_ps_log_trim(struct model_ps_log *log, uint64_t first);
void model_ps_log_truncate(struct model_ps_log *log, uint64_t end);

static inline uint64_t model_ps_log_count(const struct model_ps_log *log)
{
    return log->end - log->first;
}

/* The offset of what is at `place`, or will be. */
uint64_t model_ps_log_offset_of(const struct model_ps_log *log, uint64_t place);

/* The place of the first message whose offset is not below `offset`; `end` if there is none.
 * O(log n); O(1) in a log without gaps. */
uint64_t model_ps_log_find(const struct model_ps_log *log, uint64_t offset);

/* The place of the first message that was published at `time` or later; `end` if there is none.
 * O(log n). */
uint64_t model_ps_log_find_time(const struct model_ps_log *log, sim_time time);

typedef void model_ps_log_drop_fn(void *context, const struct model_ps_entry *entry);

/* Puts the places in the order of their offsets; of those with one offset the one of the highest
 * position is kept, and `drop` sees the others. O(n log n), and copies the log: for a recovery. */
void model_ps_log_sort(struct model_ps_log *log, model_ps_log_drop_fn *drop, void *context);

/* Asserts the order of everything, in O(n). */
void model_ps_log_check(const struct model_ps_log *log);

#endif
