/* models/message_bytes.h - a message as bytes of a record: 64 of them, little-endian.
 *
 * docs/journal.md has the layout. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_MESSAGE_BYTES_H
#define MODELS_MESSAGE_BYTES_H

#include "models/bytes.h"
#include "models/message.h"

#define MODEL_MESSAGE_BYTES 64

static inline void model_put_message(uint8_t *bytes, const struct model_message *message)
{
    SIM_ASSERT(message->reserved == 0);
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

/* Whoever reads it makes sure that `reserved` is 0. */
static inline struct model_message model_get_message(const uint8_t *bytes)
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

#endif
