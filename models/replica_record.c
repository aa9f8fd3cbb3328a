/* A decoder believes nothing: what is out of its range is no record. */
/* SPDX-License-Identifier: MIT */
#include "models/replica_record.h"

#include <string.h>

#include "models/bytes.h"

#define VERSION     1
#define REPLICA_MAX 7

void model_replica_record_encode(const struct model_replica_record *record, uint8_t *out_bytes)
{
    bool is_entry = record->kind == MODEL_REPLICA_ENTRY;

    SIM_ASSERT(record->size <= MODEL_REPLICA_PAYLOAD_MAX);
    SIM_ASSERT(is_entry ? !record->is_reset : record->size == 0 && !record->is_marker);
    SIM_ASSERT(!is_entry || record->committed < record->index);
    memset(out_bytes, 0, MODEL_REPLICA_RECORD_SIZE);
    out_bytes[0] = (uint8_t)record->kind;
    out_bytes[1] = VERSION;
    out_bytes[2] = record->replica;
    out_bytes[3] = record->is_marker || record->is_reset ? 1 : 0;
    model_put_u64(out_bytes + 8, record->epoch);
    model_put_u64(out_bytes + 16, record->index);
    model_put_u64(out_bytes + 24, is_entry ? record->committed : record->base_epoch);
    if (record->size > 0) {
        memcpy(out_bytes + MODEL_REPLICA_RECORD_SIZE, record->payload, record->size);
    }
}

static bool is_entry_sound(const struct model_replica_record *record)
{
    return record->replica < REPLICA_MAX && record->epoch > 0 && record->index > 0 &&
           record->committed < record->index && record->is_marker == (record->size == 0);
}

static bool is_state_sound(const struct model_replica_record *record)
{
    return record->replica <= REPLICA_MAX && record->size == 0 &&
           record->base_epoch <= record->epoch && (record->index > 0) == (record->base_epoch > 0);
}

bool model_replica_record_decode(
    const void *bytes, uint32_t size, struct model_replica_record *out_record)
{
    const uint8_t *from = bytes;

    if (size < MODEL_REPLICA_RECORD_SIZE ||
        size - MODEL_REPLICA_RECORD_SIZE > MODEL_REPLICA_PAYLOAD_MAX || from[1] != VERSION ||
        from[3] > 1 || model_get_u32(from + 4) != 0) {
        return false;
    }
    struct model_replica_record record = {
        .kind = (enum model_replica_record_kind)from[0],
        .is_marker = from[0] == MODEL_REPLICA_ENTRY && from[3] == 1,
        .is_reset = from[0] == MODEL_REPLICA_STATE && from[3] == 1,
        .replica = from[2],
        .epoch = model_get_u64(from + 8),
        .index = model_get_u64(from + 16),
        .payload = from + MODEL_REPLICA_RECORD_SIZE,
        .size = size - MODEL_REPLICA_RECORD_SIZE,
    };
    uint64_t last = model_get_u64(from + 24);
    if (from[0] == MODEL_REPLICA_ENTRY) {
        record.committed = last;
    } else {
        record.base_epoch = last;
    }
    bool is_sound = (from[0] == MODEL_REPLICA_ENTRY && is_entry_sound(&record)) ||
                    (from[0] == MODEL_REPLICA_STATE && is_state_sound(&record));
    if (is_sound) {
        *out_record = record;
    }
    return is_sound;
}
