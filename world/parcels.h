/* world/parcels.h - what replicas send each other, while it is on the wire.
 *
 * A packet has no room for the entries of a log: it carries the number of a parcel, as its token,
 * and `lease.consumer` says whose parcels they are. A packet may be lost anywhere, or doubled, and
 * nobody is told; so a parcel is kept until a sweep finds that no packet carries it any more. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_PARCELS_H
#define WORLD_PARCELS_H

#include <stdint.h>

#include "models/replica_message.h"
#include "world/packet.h"

struct world_parcel {
    struct model_replica_message message; /* its offset is that of its bytes here */
    uint32_t next_free;
    bool is_used;
};

struct world_parcels {
    uint32_t owner; /* what `lease.consumer` of their packets says */
    struct world_parcel *list;
    uint32_t capacity;
    uint32_t free_head;
    uint8_t *bytes; /* one parcel's behind the other's, with gaps */
    uint8_t *spare; /* of the same size: a sweep moves what is left there, and they change places */
    uint64_t bytes_end;
    uint64_t bytes_capacity;
};

void world_parcels_init(struct world_parcels *parcels, uint32_t owner);
void world_parcels_finish(struct world_parcels *parcels);

/* Takes a copy of the message and its entries; returns the parcel's number. O(1) on average: a
 * sweep looks at every packet, after as many parcels as a quarter of the packets. */
uint32_t world_parcels_put(
    struct world_parcels *parcels,
    const struct world_packets *packets,
    const struct model_replica_message *message,
    const uint8_t *entries);

/* A packet's parcel; good until the next put. */
const struct world_parcel *world_parcels_at(const struct world_parcels *parcels, uint32_t number);

static inline const uint8_t *world_parcels_entries(
    const struct world_parcels *parcels, const struct world_parcel *parcel)
{
    return parcels->bytes + parcel->message.offset;
}

#endif
