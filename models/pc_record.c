/* The records of producer_consumer: fixed layouts, little-endian.
 *
 *   0  u8   kind, enum model_pc_record_kind
 *   1  u8   version
 *   2  u16  attempt: deliveries of the message so far
 *   4  u32  0
 *   8  u64  position of the message's send; or the generation limit
 *
 * A send has its message in place of the last. */
/* SPDX-License-Identifier: MIT */
#include "models/pc_record.h"

#include "models/bytes.h"

#define VERSION    1
#define EVENT_SIZE 16
#define SEND_SIZE  72
#define BODY       8

_Static_assert(SEND_SIZE <= MODEL_PC_RECORD_SIZE_MAX, "a send fits in the caller's buffer");

static void put_message(uint8_t *bytes, const struct model_message *message)
{
    model_put_u64(bytes, message->id);
    model_put_u64(bytes + 8, message->key);
    model_put_u64(bytes + 16, (uint64_t)message->born);
    model_put_u64(bytes + 24, (uint64_t)message->value);
    model_put_u32(bytes + 32, message->size);
    model_put_u16(bytes + 36, message->attempt);
    bytes[38] = message->kind;
    bytes[39] = message->truth;
    for (size_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++) {
        model_put_u32(bytes + 40 + 4 * i, message->attributes[i]);
    }
    model_put_u32(bytes + 60, message->reserved);
}

static struct model_message get_message(const uint8_t *bytes)
{
    struct model_message message = {
        .id = model_get_u64(bytes),
        .key = model_get_u64(bytes + 8),
        .born = (sim_time)model_get_u64(bytes + 16),
        .value = (int64_t)model_get_u64(bytes + 24),
        .size = model_get_u32(bytes + 32),
        .attempt = model_get_u16(bytes + 36),
        .kind = bytes[38],
        .truth = bytes[39],
        .reserved = model_get_u32(bytes + 60),
    };
    for (size_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++) {
        message.attributes[i] = model_get_u32(bytes + 40 + 4 * i);
    }
    return message;
}

uint32_t model_pc_record_encode(const struct model_pc_record *record, uint8_t *out_bytes)
{
    SIM_ASSERT(record->kind >= MODEL_PC_RECORD_SEND && record->kind <= MODEL_PC_RECORD_LIMIT);

    out_bytes[0] = (uint8_t)record->kind;
    out_bytes[1] = VERSION;
    model_put_u16(out_bytes + 2, record->attempt);
    model_put_u32(out_bytes + 4, 0);
    if (record->kind == MODEL_PC_RECORD_SEND) {
        put_message(out_bytes + BODY, &record->message);
        return SEND_SIZE;
    }
    model_put_u64(out_bytes + BODY, record->number);
    return EVENT_SIZE;
}

bool model_pc_record_decode(const void *bytes, uint32_t size, struct model_pc_record *out_record)
{
    const uint8_t *at = bytes;

    if (size < EVENT_SIZE || at[0] < MODEL_PC_RECORD_SEND || at[0] > MODEL_PC_RECORD_LIMIT ||
        at[1] != VERSION || model_get_u32(at + 4) != 0) {
        return false;
    }
    bool is_send = at[0] == MODEL_PC_RECORD_SEND;
    if (size != (is_send ? SEND_SIZE : EVENT_SIZE)) {
        return false;
    }
    struct model_pc_record record = {
        .kind = (enum model_pc_record_kind)at[0],
        .attempt = model_get_u16(at + 2),
    };
    if (is_send) {
        record.message = get_message(at + BODY);
        if (record.message.reserved != 0) {
            return false;
        }
    } else {
        record.number = model_get_u64(at + BODY);
    }
    SIM_ASSERT(record.kind != MODEL_PC_RECORD_SEND || record.number == 0);
    *out_record = record;
    return true;
}
