/* Three arrays that double, and are kept when they are emptied. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "models/replica_message.h"

#define MESSAGES_FIRST 16
#define NOTICES_FIRST  16
#define BYTES_FIRST    1024

void model_replica_outbox_init(struct model_replica_outbox *outbox)
{
    *outbox = (struct model_replica_outbox){
        .message_capacity = MESSAGES_FIRST,
        .notice_capacity = NOTICES_FIRST,
        .capacity = BYTES_FIRST,
    };
    outbox->messages = sim_allocate(MESSAGES_FIRST, sizeof(*outbox->messages));
    outbox->notices = sim_allocate(NOTICES_FIRST, sizeof(*outbox->notices));
    outbox->bytes = sim_allocate(BYTES_FIRST, 1);
}

void model_replica_outbox_finish(struct model_replica_outbox *outbox)
{
    SIM_ASSERT(outbox->message_count <= outbox->message_capacity);
    free(outbox->messages);
    free(outbox->notices);
    free(outbox->bytes);
    *outbox = (struct model_replica_outbox){.messages = NULL};
}

static uint64_t add_bytes(struct model_replica_outbox *outbox, const uint8_t *bytes, uint32_t size)
{
    uint64_t offset = outbox->size;
    uint64_t capacity = outbox->capacity;

    while (size > capacity - offset) {
        SIM_ASSERT(capacity <= SIZE_MAX / 2);
        capacity *= 2;
    }
    if (capacity > outbox->capacity) {
        outbox->bytes = sim_grow(outbox->bytes, outbox->capacity, capacity, 1);
        outbox->capacity = capacity;
    }
    if (size > 0) {
        memcpy(outbox->bytes + offset, bytes, size);
    }
    outbox->size += size;
    return offset;
}

void model_replica_outbox_send(
    struct model_replica_outbox *outbox,
    const struct model_replica_message *message,
    const uint8_t *entries)
{
    SIM_ASSERT(message->from != message->to);
    SIM_ASSERT(message->size == 0 || message->kind == MODEL_REPLICA_APPEND);

    if (outbox->message_count == outbox->message_capacity) {
        uint32_t capacity = outbox->message_capacity * 2;
        outbox->messages = sim_grow(
            outbox->messages, outbox->message_capacity, capacity, sizeof(*outbox->messages));
        outbox->message_capacity = capacity;
    }
    struct model_replica_message *copy = &outbox->messages[outbox->message_count++];
    *copy = *message;
    copy->offset = add_bytes(outbox, entries, message->size);
}

void model_replica_outbox_note(
    struct model_replica_outbox *outbox, enum model_replica_notice_kind kind, uint64_t index)
{
    SIM_ASSERT(outbox->notice_count <= outbox->notice_capacity);

    if (outbox->notice_count == outbox->notice_capacity) {
        uint32_t capacity = outbox->notice_capacity * 2;
        outbox->notices =
            sim_grow(outbox->notices, outbox->notice_capacity, capacity, sizeof(*outbox->notices));
        outbox->notice_capacity = capacity;
    }
    outbox->notices[outbox->notice_count++] =
        (struct model_replica_notice){.kind = kind, .index = index};
}

void model_replica_outbox_clear(struct model_replica_outbox *outbox)
{
    SIM_ASSERT(outbox->size <= outbox->capacity);
    outbox->message_count = 0;
    outbox->notice_count = 0;
    outbox->size = 0;
}
