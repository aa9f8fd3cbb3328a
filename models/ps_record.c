/* The records of publish_subscribe: fixed layouts, little-endian.
 *
 *   0  u8   kind, enum model_ps_record_kind
 *   1  u8   version
 *   2  u16  group, of an offset; else 0
 *   4  u32  partition; 0 of a limit
 *   8  u64  offset; or the limit
 *
 * A message has the time and its own bytes behind that. */
/* SPDX-License-Identifier: MIT */
#include "models/ps_record.h"

#include "models/message_bytes.h"

#define VERSION      1
#define EVENT_SIZE   16
#define TIME         16
#define BODY         24
#define MESSAGE_SIZE (BODY + MODEL_MESSAGE_BYTES)

_Static_assert(MESSAGE_SIZE <= MODEL_PS_RECORD_SIZE_MAX, "a message fits in the caller's buffer");

uint32_t model_ps_record_encode(const struct model_ps_record *record, uint8_t *out_bytes)
{
    SIM_ASSERT(record->kind >= MODEL_PS_RECORD_MESSAGE && record->kind <= MODEL_PS_RECORD_LIMIT);
    SIM_ASSERT(record->group == 0 || record->kind == MODEL_PS_RECORD_OFFSET);

    out_bytes[0] = (uint8_t)record->kind;
    out_bytes[1] = VERSION;
    model_put_u16(out_bytes + 2, record->group);
    model_put_u32(out_bytes + 4, record->partition);
    model_put_u64(out_bytes + 8, record->number);
    if (record->kind != MODEL_PS_RECORD_MESSAGE) {
        return EVENT_SIZE;
    }
    model_put_u64(out_bytes + TIME, (uint64_t)record->time);
    model_put_message(out_bytes + BODY, &record->message);
    return MESSAGE_SIZE;
}

static bool decode_message(const uint8_t *at, uint32_t size, struct model_ps_record *record)
{
    SIM_ASSERT(record->kind == MODEL_PS_RECORD_MESSAGE);
    if (size != MESSAGE_SIZE || record->number == UINT64_MAX) {
        return false;
    }
    record->time = (sim_time)model_get_u64(at + TIME);
    record->message = model_get_message(at + BODY);
    return record->message.reserved == 0;
}

bool model_ps_record_decode(const void *bytes, uint32_t size, struct model_ps_record *out_record)
{
    const uint8_t *at = bytes;

    if (size < EVENT_SIZE || at[0] < MODEL_PS_RECORD_MESSAGE || at[0] > MODEL_PS_RECORD_LIMIT ||
        at[1] != VERSION) {
        return false;
    }
    struct model_ps_record record = {
        .kind = (enum model_ps_record_kind)at[0],
        .group = model_get_u16(at + 2),
        .partition = model_get_u32(at + 4),
        .number = model_get_u64(at + 8),
    };
    SIM_ASSERT(record.kind >= MODEL_PS_RECORD_MESSAGE);
    bool is_message = record.kind == MODEL_PS_RECORD_MESSAGE;
    bool has_group = record.kind == MODEL_PS_RECORD_OFFSET;
    bool has_partition = record.kind != MODEL_PS_RECORD_LIMIT;
    bool is_good = is_message ? decode_message(at, size, &record) : size == EVENT_SIZE;

    if (!is_good || (!has_group && record.group != 0) ||
        (!has_partition && record.partition != 0)) {
        return false;
    }
    *out_record = record;
    return true;
}
