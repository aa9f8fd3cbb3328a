/* world/packet.h - what is on the wire, and in the hands of a node.
 *
 * A packet lives in a pool and is named by its slot. Whoever receives a slot owns it: it sends it
 * on, keeps it, or frees it. A packet that reaches a node which is down, or which has crashed since
 * the packet was addressed, is dropped by the link and counted. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_PACKET_H
#define WORLD_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "models/message.h"
#include "sim/base.h"
#include "world/queue.h"

enum world_packet_kind {
    WORLD_PACKET_FREE,
    WORLD_PACKET_SEND,       /* producer to broker: a message */
    WORLD_PACKET_CONFIRM,    /* broker to producer: the queue has promised it */
    WORLD_PACKET_FULL,       /* broker to producer: no room now, try again */
    WORLD_PACKET_REFUSE,     /* broker to producer: no, for good */
    WORLD_PACKET_SUBSCRIBE,  /* consumer to broker: deliver to me (said again and again) */
    WORLD_PACKET_DELIVER,    /* broker to consumer: a message under a lease */
    WORLD_PACKET_CHARGE,     /* consumer to ledger */
    WORLD_PACKET_CHARGED,    /* ledger to consumer: settled, durably */
    WORLD_PACKET_ACK,        /* consumer to broker: done with it */
    WORLD_PACKET_NACK,       /* consumer to broker: take it back */
    WORLD_PACKET_LEAVE,      /* consumer to broker: deliver to me no more */
    WORLD_PACKET_GET,        /* client to cache to database: the newest version of a key? */
    WORLD_PACKET_VALUE,      /* the answer: the version is the message's value */
    WORLD_PACKET_PUT,        /* client to database: a new version of these rows, all or none */
    WORLD_PACKET_STORED,     /* the answer: committed, as the version in the message's value */
    WORLD_PACKET_ABORTED,    /* or: nothing was written; try again */
    WORLD_PACKET_INVALIDATE, /* to a cache: forget the key */
    WORLD_PACKET_UPDATE,     /* to a cache: the key has the version in the message's value */
    WORLD_PACKET_RETRACT,    /* detector to ledger: take a charge back */
    WORLD_PACKET_RETRACTED,  /* the answer */
    WORLD_PACKET_ELECT,      /* candidate to coordinator: the lease, please, or some more of it */
    WORLD_PACKET_ELECTED,    /* coordinator to candidate: who holds it, and for how long */
    WORLD_PACKET_FENCED,     /* fence to candidate: somebody newer has been here */
    WORLD_PACKET_REPLICATE,  /* replica to replica: see world/parcels.h */
    WORLD_PACKET_REDIRECT, /* replica to producer: not here; the lease's `consumer` is the leader */
    WORLD_PACKET_READ,     /* to a database: the newest versions of the rows of a batch? */
    WORLD_PACKET_ROWS,     /* the answer: they are in the batch */
    WORLD_PACKET_KIND_COUNT,
};

/* One end of a connection: a node in one of its lives. */
struct world_end_point {
    uint32_t node;
    uint32_t incarnation;
};

struct world_pipe;

struct world_packet {
    struct model_message message;
    struct world_lease lease; /* from DELIVER to ACK or NACK */
    struct world_end_point from;
    struct world_end_point to;
    struct world_end_point broker; /* who delivered it: where the ack goes */
    struct world_pipe *pipe;       /* that it travels through, or came through */
    sim_time departed;
    sim_time arrives;
    uint32_t order;    /* its place among those on the pipe; 0: it is not on its way */
    uint32_t token;    /* the producer's own number for the message: comes back in the answer */
    uint16_t sendings; /* of this packet before this one: so that each draws its own latency */
    uint8_t kind;
    bool is_sole;  /* the queue has let go of the message: it is lost with this packet */
    uint8_t group; /* of its consumer */
};

struct world_packets {
    struct world_packet *slots;
    uint32_t capacity;
    uint32_t count; /* in use */
    uint32_t free_head;
};

void world_packets_init(struct world_packets *packets);
void world_packets_finish(struct world_packets *packets);

/* Makes room where there is none. For world_packets_take(). */
void world_packets_grow(struct world_packets *packets);

/* A slot whose packet is zeroed but for its kind. Pointers to packets are good until the next take.
 */
static inline uint32_t world_packets_take(
    struct world_packets *packets, enum world_packet_kind kind)
{
    if (__builtin_expect(packets->count == packets->capacity, 0)) {
        world_packets_grow(packets);
    }

    uint32_t slot = packets->free_head;
    struct world_packet *packet = &packets->slots[slot];
    SIM_ASSERT(kind != WORLD_PACKET_FREE && packet->kind == WORLD_PACKET_FREE);

    packets->free_head = packet->token;
    packets->count++;
    *packet = (struct world_packet){.kind = (uint8_t)kind};
    return slot;
}

/* The same with a message: for those that come by the million. */
static inline uint32_t world_packets_take_with(
    struct world_packets *packets, enum world_packet_kind kind, const struct model_message *message)
{
    if (__builtin_expect(packets->count == packets->capacity, 0)) {
        world_packets_grow(packets);
    }

    uint32_t slot = packets->free_head;
    struct world_packet *packet = &packets->slots[slot];
    SIM_ASSERT(packet->kind == WORLD_PACKET_FREE);
    packets->free_head = packet->token;
    packets->count++;
    *packet = (struct world_packet){.message = *message, .kind = (uint8_t)kind};
    return slot;
}

static inline void world_packets_free(struct world_packets *packets, uint32_t slot)
{
    struct world_packet *packet = &packets->slots[slot];

    SIM_ASSERT(slot < packets->capacity && packet->kind != WORLD_PACKET_FREE);
    packet->kind = WORLD_PACKET_FREE;
    packet->token = packets->free_head;
    packets->free_head = slot;
    packets->count--;
}

void world_packets_check(const struct world_packets *packets);

#endif
