/* models/ps_record.h - what publish_subscribe writes to its store.
 *
 * One record for each message and for each commit. Partitions are numbered through all topics,
 * groups through all that are no broadcast subscribers, in the order in which they were added. A
 * record says by itself where it belongs, so what a record means does not depend on what else the
 * store still has. docs/journal.md has their bytes. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_PS_RECORD_H
#define MODELS_PS_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "models/message.h"
#include "sim/base.h"

#define MODEL_PS_RECORD_SIZE_MAX 88

/* None is the kind of a record of producer_consumer: neither model takes the other's journal. */
enum model_ps_record_kind {
    MODEL_PS_RECORD_MESSAGE = 17, /* it is in the partition at this offset */
    MODEL_PS_RECORD_OFFSET = 18,  /* the group goes on with this offset of the partition */
    MODEL_PS_RECORD_END = 19,     /* the partition's next message has at least this offset */
    MODEL_PS_RECORD_LIMIT = 20,   /* no generation is above this number */
};

struct model_ps_record {
    enum model_ps_record_kind kind;
    uint16_t group;
    uint32_t partition;
    uint64_t number; /* an offset, or the limit */

    /* Of a message only. */
    sim_time time; /* when it was published */
    struct model_message message;
};

/* Returns the size. `out_bytes` has room for MODEL_PS_RECORD_SIZE_MAX. */
uint32_t model_ps_record_encode(const struct model_ps_record *record, uint8_t *out_bytes);

/* Returns false when these are not the bytes of a record. */
SIM_MUST_USE bool model_ps_record_decode(
    const void *bytes, uint32_t size, struct model_ps_record *out_record);

#endif
