/* models/outbox.h - what an operation caused, for its caller to act on.
 *
 * A queue calls nobody. It appends notices to the outbox that its caller hands in; the caller works
 * them off and clears it. One outbox may serve many queues in turn; its memory is kept. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_OUTBOX_H
#define MODELS_OUTBOX_H

#include <stdint.h>

#include "sim/base.h"

enum model_notice_kind {
    MODEL_SEND_CONFIRMED, /* the store has message `id`: its sender may forget it */
    MODEL_ACK_CONFIRMED,  /* the store has the ack of message `id` */
    MODEL_READY,          /* a message can be received, where none could before */
    MODEL_ROOM,           /* a full queue has room again */
    MODEL_DEAD,           /* message `id` reached its last attempt and has left the queue */
    MODEL_DROPPED,     /* message `id` made room for a newer one, was the newer one, or expired */
    MODEL_REDELIVERED, /* the lease of message `id` expired or was given back */
    MODEL_CONFLATED,   /* view `group` will not see message `id`: a newer one of its key came */
    MODEL_STORE,       /* the store was given records: have it written */
};

struct model_notice {
    enum model_notice_kind kind;
    uint32_t group; /* that it is about, where a message has an end in each, else 0 */
    uint64_t id;    /* of the message, where there is one, else 0 */
};

struct model_outbox {
    struct model_notice *notices;
    uint32_t count;
    uint32_t capacity;
};

void model_outbox_init(struct model_outbox *outbox);
void model_outbox_finish(struct model_outbox *outbox);
void model_outbox_add(struct model_outbox *outbox, enum model_notice_kind kind, uint64_t id);

/* The same about one group. */
void model_outbox_add_for(
    struct model_outbox *outbox, enum model_notice_kind kind, uint64_t id, uint32_t group);

/* Empties it; its memory is kept. */
void model_outbox_clear(struct model_outbox *outbox);

#endif
