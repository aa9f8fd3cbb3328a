/* models/replica_log.h - a replica's log: the bytes of its entries, one behind the other.
 *
 * Entries have indexes without gaps, from first to last; the one before the first is the base, of
 * which only the epoch is left. In memory an entry is its record (replica_record.h) with the
 * record's size, four bytes, before it, so that a run of entries can be sent, and compared, as one
 * piece. Appending and reading take constant time; memory grows by doubling, and is used again. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_REPLICA_LOG_H
#define MODELS_REPLICA_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/replica_record.h"
#include "sim/base.h"

#define MODEL_REPLICA_LOG_PREFIX 4 /* bytes before each record: its size */

struct model_replica_log_entry {
    uint64_t epoch;
    uint64_t position; /* in the replica's own store */
    uint64_t offset;   /* of its bytes, counted from the first that the log ever had */
};

struct model_replica_log {
    uint64_t base; /* the index before the first entry; 0: nothing has been released */
    uint64_t base_epoch;
    struct model_replica_log_entry *entries;
    uint64_t begin; /* of the entries in use */
    uint64_t end;
    uint64_t capacity;
    uint8_t *bytes;
    size_t bytes_begin; /* of the bytes in use */
    size_t bytes_end;
    size_t bytes_capacity;
    uint64_t bytes_released; /* the offset of bytes[0] */
};

/* A piece of the log; borrowed until the log changes. */
struct model_replica_log_slice {
    const uint8_t *bytes;
    size_t size;
    uint64_t last; /* the index of its last entry; the one before the first when it is empty */
};

void model_replica_log_init(struct model_replica_log *log);
void model_replica_log_finish(struct model_replica_log *log);

static inline uint64_t model_replica_log_last(const struct model_replica_log *log)
{
    return log->base + (log->end - log->begin);
}

/* `index` is the base or an entry. */
uint64_t model_replica_log_epoch(const struct model_replica_log *log, uint64_t index);

/* `index` is an entry. */
const struct model_replica_log_entry *model_replica_log_at(
    const struct model_replica_log *log, uint64_t index);

/* `index` is an entry; its payload is borrowed until the log changes. */
struct model_replica_record model_replica_log_read(
    const struct model_replica_log *log, uint64_t index);

/* Adds the record as the entry behind the last. */
void model_replica_log_append(
    struct model_replica_log *log, const struct model_replica_record *record);

/* Says where in the store the last entry is. */
void model_replica_log_place(struct model_replica_log *log, uint64_t position);

/* Cuts off every entry behind `last`. */
void model_replica_log_cut(struct model_replica_log *log, uint64_t last);

/* Forgets every entry up to `base`. */
void model_replica_log_release(struct model_replica_log *log, uint64_t base);

/* Empties the log: the next entry is the one behind `base`. */
void model_replica_log_reset(struct model_replica_log *log, uint64_t base, uint64_t base_epoch);

/* Entries from `index` on, at most `size_max` bytes of them, but at least one if there is one. */
struct model_replica_log_slice model_replica_log_slice_from(
    const struct model_replica_log *log, uint64_t index, size_t size_max);

void model_replica_log_check(const struct model_replica_log *log);

#endif
