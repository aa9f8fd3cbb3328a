/* models/message.h - what travels through every queue.
 *
 * One cache line, copied by value. The id is (producer, dense sequence number), so that "exactly
 * once" is a bitmap. `born` is the time the message was meant to be sent: a stalled sender hides
 * nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_MESSAGE_H
#define MODELS_MESSAGE_H

#include <stdint.h>

#include "sim/base.h"

#define MODEL_SEQUENCE_BITS   40
#define MODEL_ATTRIBUTE_COUNT 5

struct model_message {
    uint64_t id; /* producer << MODEL_SEQUENCE_BITS | sequence */
    uint64_t key;
    sim_time born;
    int64_t value;    /* an integer, e.g. micro-cents */
    uint32_t size;    /* of the payload, in bytes */
    uint16_t attempt; /* deliveries so far, this one included */
    uint8_t kind;
    uint8_t truth;                              /* a bot's? No detector may read it. */
    uint32_t attributes[MODEL_ATTRIBUTE_COUNT]; /* the scenario names them */
    uint32_t reserved;                          /* 0 in every queue */
};

_Static_assert(sizeof(struct model_message) == 64, "a message is one cache line");

static inline uint64_t model_message_id(uint32_t producer, uint64_t sequence)
{
    return (uint64_t)producer << MODEL_SEQUENCE_BITS | sequence;
}

static inline uint32_t model_message_producer(uint64_t id)
{
    return (uint32_t)(id >> MODEL_SEQUENCE_BITS);
}

static inline uint64_t model_message_sequence(uint64_t id)
{
    return id & ((UINT64_C(1) << MODEL_SEQUENCE_BITS) - 1);
}

#endif
