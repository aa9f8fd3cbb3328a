/* models/replica_record.h - what a replica writes to its store, byte by byte.
 *
 * An entry is a record of the replicated log: every replica keeps the very bytes that its leader
 * made. A state is what a replica must not forget: its epoch, its vote, and where its log begins.
 * Integers are little-endian:
 *
 *   0  u8   kind
 *   1  u8   version: 1
 *   2  u8   of an entry: the leader that made it; of a state: 1 + whom it voted for, or 0
 *   3  u8   of an entry: 1 if it is a marker, which opens an epoch and has no payload; of a state:
 *           1 if all entries before it are dropped; else 0
 *   4  u32  0
 *   8  u64  epoch
 *   16 u64  of an entry: its index; of a state: the last index before the log
 *   24 u64  of an entry: what was committed when it was made; of a state: the epoch of that index
 *   32      the payload of an entry
 *
 * An entry whose index is not above the last one replaces it, and all that follow it. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_REPLICA_RECORD_H
#define MODELS_REPLICA_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base.h"

#define MODEL_REPLICA_RECORD_SIZE 32       /* without the payload */
#define MODEL_REPLICA_PAYLOAD_MAX 0xffffdf /* bytes: with the rest, what a journal can take */

enum model_replica_record_kind {
    MODEL_REPLICA_STATE = 32, /* no kind of a queue's record, so that stores are not mixed up */
    MODEL_REPLICA_ENTRY = 33,
};

struct model_replica_record {
    enum model_replica_record_kind kind;
    bool is_marker;         /* of an entry */
    bool is_reset;          /* of a state */
    uint8_t replica;        /* of an entry: its leader; of a state: 1 + the vote, or 0 */
    uint64_t epoch;         /* at least 1 in an entry */
    uint64_t index;         /* at least 1 in an entry */
    uint64_t committed;     /* of an entry; below its index */
    uint64_t base_epoch;    /* of a state */
    const uint8_t *payload; /* of an entry; borrowed from what was decoded */
    uint32_t size;          /* of the payload */
};

/* Writes MODEL_REPLICA_RECORD_SIZE + size bytes. */
void model_replica_record_encode(const struct model_replica_record *record, uint8_t *out_bytes);

/* Returns false when these are not the bytes of a record. */
SIM_MUST_USE bool model_replica_record_decode(
    const void *bytes, uint32_t size, struct model_replica_record *out_record);

#endif
