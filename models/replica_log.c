/* Two arrays whose used part slides: it grows at its end, shrinks at both, and moves back to the
 * front when there is no room behind it and at least half of the array before it; so each entry is
 * moved no more often than once for each time it is passed by as many others. */
/* SPDX-License-Identifier: MIT */
#include "models/replica_log.h"

#include <stdlib.h>
#include <string.h>

#include "models/bytes.h"

#define ENTRIES_FIRST 16
#define BYTES_FIRST   1024

void model_replica_log_init(struct model_replica_log *log)
{
    *log = (struct model_replica_log){.capacity = ENTRIES_FIRST, .bytes_capacity = BYTES_FIRST};
    log->entries = sim_allocate(ENTRIES_FIRST, sizeof(*log->entries));
    log->bytes = sim_allocate(BYTES_FIRST, 1);
}

void model_replica_log_finish(struct model_replica_log *log)
{
    SIM_ASSERT(log->begin <= log->end && log->bytes_begin <= log->bytes_end);
    free(log->entries);
    free(log->bytes);
    *log = (struct model_replica_log){.entries = NULL};
}

/* ---- looking ---- */

const struct model_replica_log_entry *model_replica_log_at(
    const struct model_replica_log *log, uint64_t index)
{
    SIM_ASSERT(index > log->base && index <= model_replica_log_last(log));
    return &log->entries[log->begin + (index - log->base - 1)];
}

uint64_t model_replica_log_epoch(const struct model_replica_log *log, uint64_t index)
{
    return index == log->base ? log->base_epoch : model_replica_log_at(log, index)->epoch;
}

/* Where in `bytes` the entry begins; behind the last one: where they end. */
static size_t place_of(const struct model_replica_log *log, uint64_t index)
{
    if (index > model_replica_log_last(log)) {
        return log->bytes_end;
    }
    uint64_t offset = model_replica_log_at(log, index)->offset;
    SIM_ASSERT(offset >= log->bytes_released);
    return (size_t)(offset - log->bytes_released);
}

struct model_replica_record model_replica_log_read(
    const struct model_replica_log *log, uint64_t index)
{
    const uint8_t *bytes = log->bytes + place_of(log, index);
    struct model_replica_record record = {.index = 0};
    bool is_record = model_replica_record_decode(
        bytes + MODEL_REPLICA_LOG_PREFIX, model_get_u32(bytes), &record);

    SIM_ASSERT(is_record && record.index == index);
    return record;
}

struct model_replica_log_slice model_replica_log_slice_from(
    const struct model_replica_log *log, uint64_t index, size_t size_max)
{
    uint64_t last = model_replica_log_last(log);
    size_t from = place_of(log, index);
    struct model_replica_log_slice slice = {.bytes = log->bytes + from, .last = index - 1};

    SIM_ASSERT(index > log->base && index <= last + 1);
    while (slice.last < last) {
        size_t size = place_of(log, slice.last + 2) - from;
        if (slice.size > 0 && size > size_max) {
            break;
        }
        slice.size = size;
        slice.last++;
    }
    return slice;
}

/* ---- changing ---- */

static void reserve_entry(struct model_replica_log *log)
{
    uint64_t count = log->end - log->begin;

    if (log->end < log->capacity) {
        return;
    }
    if (log->begin >= log->capacity / 2) {
        memmove(log->entries, log->entries + log->begin, count * sizeof(*log->entries));
        log->begin = 0;
        log->end = count;
    } else {
        uint64_t capacity = log->capacity * 2;
        log->entries = sim_grow(log->entries, log->capacity, capacity, sizeof(*log->entries));
        log->capacity = capacity;
    }
    SIM_ASSERT(log->end < log->capacity);
}

static uint8_t *reserve_bytes(struct model_replica_log *log, size_t size)
{
    size_t count = log->bytes_end - log->bytes_begin;

    if (size > log->bytes_capacity - log->bytes_end && log->bytes_begin >= count) {
        memcpy(log->bytes, log->bytes + log->bytes_begin, count);
        log->bytes_released += log->bytes_begin;
        log->bytes_begin = 0;
        log->bytes_end = count;
    }
    if (size > log->bytes_capacity - log->bytes_end) {
        size_t capacity = log->bytes_capacity;
        while (size > capacity - log->bytes_end) {
            SIM_ASSERT(capacity <= SIZE_MAX / 2);
            capacity *= 2;
        }
        log->bytes = sim_grow(log->bytes, log->bytes_capacity, capacity, 1);
        log->bytes_capacity = capacity;
    }
    return log->bytes + log->bytes_end;
}

void model_replica_log_append(
    struct model_replica_log *log, const struct model_replica_record *record)
{
    uint32_t size = MODEL_REPLICA_RECORD_SIZE + record->size;

    SIM_ASSERT(record->index == model_replica_log_last(log) + 1);
    SIM_ASSERT(record->epoch >= model_replica_log_epoch(log, model_replica_log_last(log)));
    reserve_entry(log);
    uint8_t *bytes = reserve_bytes(log, MODEL_REPLICA_LOG_PREFIX + size);
    log->entries[log->end++] = (struct model_replica_log_entry){
        .epoch = record->epoch, .offset = log->bytes_released + log->bytes_end};
    model_put_u32(bytes, size);
    model_replica_record_encode(record, bytes + MODEL_REPLICA_LOG_PREFIX);
    log->bytes_end += MODEL_REPLICA_LOG_PREFIX + size;
}

void model_replica_log_place(struct model_replica_log *log, uint64_t position)
{
    SIM_ASSERT(log->end > log->begin);
    SIM_ASSERT(log->end - log->begin == 1 || log->entries[log->end - 2].position < position);
    log->entries[log->end - 1].position = position;
}

void model_replica_log_cut(struct model_replica_log *log, uint64_t last)
{
    SIM_ASSERT(last >= log->base && last <= model_replica_log_last(log));
    log->bytes_end = place_of(log, last + 1);
    log->end = log->begin + (last - log->base);
}

void model_replica_log_release(struct model_replica_log *log, uint64_t base)
{
    SIM_ASSERT(base >= log->base && base <= model_replica_log_last(log));

    log->base_epoch = model_replica_log_epoch(log, base);
    log->bytes_begin = place_of(log, base + 1);
    log->begin += base - log->base;
    log->base = base;
}

void model_replica_log_reset(struct model_replica_log *log, uint64_t base, uint64_t base_epoch)
{
    SIM_ASSERT((base > 0) == (base_epoch > 0));

    log->bytes_released += log->bytes_end;
    log->bytes_begin = 0;
    log->bytes_end = 0;
    log->begin = 0;
    log->end = 0;
    log->base = base;
    log->base_epoch = base_epoch;
}

void model_replica_log_check(const struct model_replica_log *log)
{
    uint64_t last = model_replica_log_last(log);
    size_t place = log->bytes_begin;

    SIM_ASSERT(log->begin <= log->end && log->end <= log->capacity);
    SIM_ASSERT(log->bytes_begin <= log->bytes_end && log->bytes_end <= log->bytes_capacity);
    for (uint64_t index = log->base + 1; index <= last; index++) {
        struct model_replica_record record = model_replica_log_read(log, index);
        SIM_ASSERT(place_of(log, index) == place);
        SIM_ASSERT(record.epoch == model_replica_log_epoch(log, index));
        SIM_ASSERT(record.epoch >= model_replica_log_epoch(log, index - 1));
        place += MODEL_REPLICA_LOG_PREFIX + MODEL_REPLICA_RECORD_SIZE + record.size;
    }
    SIM_ASSERT(place == log->bytes_end);
}
