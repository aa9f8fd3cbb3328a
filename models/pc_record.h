/* models/pc_record.h - what producer_consumer writes to its store.
 *
 * One record for each thing that happens to a message. They name the message by the position of its
 * send, so they mean the same whatever else the store still has. docs/journal.md has their bytes.
 */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_PC_RECORD_H
#define MODELS_PC_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "models/message.h"
#include "sim/base.h"

#define MODEL_PC_RECORD_SIZE_MAX 96

enum model_pc_record_kind {
    MODEL_PC_RECORD_SEND = 1,
    MODEL_PC_RECORD_LEASE = 2,
    MODEL_PC_RECORD_ACK = 3,
    MODEL_PC_RECORD_DEAD = 4,
    MODEL_PC_RECORD_DROPPED = 5,
    MODEL_PC_RECORD_LIMIT = 6, /* no lease has a generation above this one */
    MODEL_PC_RECORD_EXPIRED = 7,
    MODEL_PC_RECORD_DEAD_GONE = 8, /* a dead one that was kept found another home */
};

struct model_pc_record {
    enum model_pc_record_kind kind;
    uint16_t attempt; /* of a lease */
    uint64_t number;  /* of a limit: the limit; of others: position of the send */

    /* Of a send only. */
    uint8_t priority;
    bool has_times; /* else they are 0, SIM_NEVER and 0 */
    sim_time due;
    sim_time expires;
    sim_time sent;
    struct model_message message;
};

/* Returns the size. `out_bytes` has room for MODEL_PC_RECORD_SIZE_MAX. */
uint32_t model_pc_record_encode(const struct model_pc_record *record, uint8_t *out_bytes);

/* Returns false when these are not the bytes of a record. */
SIM_MUST_USE bool model_pc_record_decode(
    const void *bytes, uint32_t size, struct model_pc_record *out_record);

#endif
