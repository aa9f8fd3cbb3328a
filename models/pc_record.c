/* The records of producer_consumer: fixed layouts, little-endian.
 *
 *   0  u8   kind, enum model_pc_record_kind
 *   1  u8   version
 *   2  u16  attempt: deliveries of the message so far
 *   4  u8   priority, of a send
 *   5  u8   1: a send with times
 *   6  u16  0
 *   8  u64  position of the message's send; or the generation limit
 *
 * A send has its message in place of the last, and its times behind that: when it is due, when it
 * expires, when it was sent. */
/* SPDX-License-Identifier: MIT */
#include "models/pc_record.h"

#include "models/message_bytes.h"

#define VERSION    1
#define EVENT_SIZE 16
#define SEND_SIZE  72
#define TIMES_SIZE 24
#define BODY       8

_Static_assert(
    SEND_SIZE + TIMES_SIZE <= MODEL_PC_RECORD_SIZE_MAX, "a send fits in the caller's buffer");

static void put_times(uint8_t *bytes, const struct model_pc_record *record)
{
    SIM_ASSERT(record->kind == MODEL_PC_RECORD_SEND && record->has_times);
    model_put_u64(bytes, (uint64_t)record->due);
    model_put_u64(bytes + 8, (uint64_t)record->expires);
    model_put_u64(bytes + 16, (uint64_t)record->sent);
}

static uint32_t size_of_send(bool has_times)
{
    return has_times ? SEND_SIZE + TIMES_SIZE : SEND_SIZE;
}

uint32_t model_pc_record_encode(const struct model_pc_record *record, uint8_t *out_bytes)
{
    SIM_ASSERT(record->kind >= MODEL_PC_RECORD_SEND && record->kind <= MODEL_PC_RECORD_DEAD_GONE);

    out_bytes[0] = (uint8_t)record->kind;
    out_bytes[1] = VERSION;
    model_put_u16(out_bytes + 2, record->attempt);
    out_bytes[4] = record->priority;
    out_bytes[5] = record->has_times ? 1 : 0;
    model_put_u16(out_bytes + 6, 0);
    if (record->kind != MODEL_PC_RECORD_SEND) {
        model_put_u64(out_bytes + BODY, record->number);
        return EVENT_SIZE;
    }
    model_put_message(out_bytes + BODY, &record->message);
    if (record->has_times) {
        put_times(out_bytes + SEND_SIZE, record);
    }
    return size_of_send(record->has_times);
}

static bool decode_send(const uint8_t *at, uint32_t size, struct model_pc_record *record)
{
    record->priority = at[4];
    record->has_times = at[5] == 1;
    if (at[5] > 1 || size != size_of_send(record->has_times)) {
        return false;
    }
    record->message = model_get_message(at + BODY);
    if (record->has_times) {
        record->due = (sim_time)model_get_u64(at + SEND_SIZE);
        record->expires = (sim_time)model_get_u64(at + SEND_SIZE + 8);
        record->sent = (sim_time)model_get_u64(at + SEND_SIZE + 16);
    }
    SIM_ASSERT(record->kind == MODEL_PC_RECORD_SEND);
    return record->message.reserved == 0;
}

static bool decode_event(const uint8_t *at, uint32_t size, struct model_pc_record *record)
{
    SIM_ASSERT(record->kind != MODEL_PC_RECORD_SEND);
    if (size != EVENT_SIZE || at[4] != 0 || at[5] != 0) {
        return false;
    }
    record->number = model_get_u64(at + BODY);
    return true;
}

bool model_pc_record_decode(const void *bytes, uint32_t size, struct model_pc_record *out_record)
{
    const uint8_t *at = bytes;

    if (size < EVENT_SIZE || at[0] < MODEL_PC_RECORD_SEND || at[0] > MODEL_PC_RECORD_DEAD_GONE ||
        at[1] != VERSION || model_get_u16(at + 6) != 0) {
        return false;
    }
    struct model_pc_record record = {
        .kind = (enum model_pc_record_kind)at[0],
        .attempt = model_get_u16(at + 2),
        .expires = SIM_NEVER,
    };
    bool is_good = record.kind == MODEL_PC_RECORD_SEND ? decode_send(at, size, &record)
                                                       : decode_event(at, size, &record);
    if (is_good) {
        *out_record = record;
    }
    return is_good;
}
