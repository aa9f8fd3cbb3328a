/* models/replica_message.h - what replicas send each other, and the outbox in which it leaves.
 *
 * A message is a header and, of an append, a run of entries as they stand in the sender's log
 * (replica_log.h). The network may lose, repeat, delay and reorder messages. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_REPLICA_MESSAGE_H
#define MODELS_REPLICA_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base.h"

#define MODEL_REPLICA_HEADER_SIZE 80 /* bytes that a header counts for on a wire */

enum model_replica_message_kind {
    MODEL_REPLICA_PRE_VOTE, /* would you vote for me? Changes nothing */
    MODEL_REPLICA_PRE_VOTE_REPLY,
    MODEL_REPLICA_VOTE,
    MODEL_REPLICA_VOTE_REPLY,
    MODEL_REPLICA_APPEND, /* entries, or none: then it is a heartbeat */
    MODEL_REPLICA_APPEND_REPLY,
};

struct model_replica_message {
    enum model_replica_message_kind kind;
    uint8_t from;
    uint8_t to;
    bool is_granted;    /* of a reply: the vote is given, or the append is in the log */
    bool is_base;       /* of an append: `index` is where the leader's log begins */
    uint64_t epoch;     /* of the sender; of a pre-vote and its reply: the one asked for */
    uint64_t own_epoch; /* of a pre-vote's reply: the sender's */

    /* Of a vote: the sender's last entry. Of an append: the entry before those it carries. Of its
     * reply: the last entry known to be stored and the same as the leader's; when not granted, the
     * last one that may be. */
    uint64_t index;
    uint64_t index_epoch; /* of a vote and an append */

    /* Of an append. */
    uint64_t committed;
    uint64_t released;
    uint64_t last;   /* entry of the leader */
    sim_time sent;   /* by the leader's clock; its reply repeats it */
    uint32_t size;   /* of the entries, in bytes */
    uint64_t offset; /* in the outbox's bytes */
};

enum model_replica_notice_kind {
    MODEL_REPLICA_STORE,     /* the store was given records: have it written */
    MODEL_REPLICA_COMMITTED, /* every entry up to `index` may be read; at the leader: is promised */
    MODEL_REPLICA_SERVING,   /* this replica leads, and all that was promised is committed here: a
                                queue may be recovered from the log up to `index`, and used */
    MODEL_REPLICA_DEPOSED,   /* it does not lead any more: its queue must go */
    MODEL_REPLICA_CUT,       /* `index` is the last entry now: those behind it have been cut off */
};

struct model_replica_notice {
    enum model_replica_notice_kind kind;
    uint64_t index;
};

struct model_replica_outbox {
    struct model_replica_message *messages;
    uint32_t message_count;
    uint32_t message_capacity;
    struct model_replica_notice *notices;
    uint32_t notice_count;
    uint32_t notice_capacity;
    uint8_t *bytes; /* of the entries of all messages */
    uint64_t size;
    uint64_t capacity;
};

void model_replica_outbox_init(struct model_replica_outbox *outbox);
void model_replica_outbox_finish(struct model_replica_outbox *outbox);

/* Takes a copy of message->size bytes of entries. */
void model_replica_outbox_send(
    struct model_replica_outbox *outbox,
    const struct model_replica_message *message,
    const uint8_t *entries);

void model_replica_outbox_note(
    struct model_replica_outbox *outbox, enum model_replica_notice_kind kind, uint64_t index);

/* Empties it; its memory is kept. */
void model_replica_outbox_clear(struct model_replica_outbox *outbox);

#endif
