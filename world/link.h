/* world/link.h - what joins two data centres, or the nodes inside one: latency and bandwidth.
 *
 * A link is a pipe in each direction: packets leave one after the other at its bandwidth, and each
 * packet's latency is drawn by its message's id. A stream is what TCP makes of it: packets arrive
 * in the order in which they left, and one that is lost is sent again until it arrives, so that
 * loss shows as delay. On a datagram link each packet is on its own. What faults do to a pipe is in
 * world/fault_link.h. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_LINK_H
#define WORLD_LINK_H

#include <glib.h>

#include "sim/dist.h"
#include "world/node.h"
#include "world/world.h"

/* Of RFC 6298, whose least is a second; Linux's least. */
#define WORLD_LINK_RETRANSMIT_AFTER (200 * SIM_MILLISECOND)

struct world_link_config {
    struct sim_dist latency;   /* seconds, one way */
    double bandwidth;          /* bits per second; 0: without limit */
    bool is_datagram;          /* else a stream */
    sim_time retransmit_after; /* of a stream; 0: WORLD_LINK_RETRANSMIT_AFTER */
};

struct world_fault_pipe;

struct world_pipe {
    struct world_link *link;
    struct world_pipe *back; /* the other direction; inside a data centre the same */
    struct sim_stream latency;
    sim_time idle_at;      /* when the last bit sent so far has left */
    sim_time arrived_last; /* nothing arrives on a stream before it */
    uint64_t under_way;    /* packets on it */
    uint32_t order;        /* of the last that was put on it; never 0 again */
    bool is_instant;       /* without latency, without limit of bandwidth, and undisturbed */
    bool is_disturbed;     /* `faults` has something to say */
    struct world_fault_pipe *faults; /* NULL until the first one */
};

struct world_link {
    struct world *world;
    struct world_datacenter *ends[2]; /* the same one twice inside a data centre */
    struct world_link_config config;
    struct world_pipe pipes[2]; /* pipes[0] carries from ends[0] to ends[1] */
    struct sim_counter *carried;
    struct sim_counter *lost;    /* packets for a node that was down, or had crashed since */
    uint64_t delivered;          /* to whom they were for */
    struct sim_counter *dropped; /* by faults; this and the next two are NULL until there is one */
    struct sim_counter *doubled; /* copies that faults made */
    struct sim_counter *sent_again; /* by a stream, because of a fault */
};

/* What a packet's way takes: faults make it longer. */
struct world_journey {
    sim_time transmission;
    sim_time latency;
};

/* Joins two data centres, or re-configures the inside of one when `a` is `b`. Fails when the two
 * are already joined. */
struct world_link *world_link_add(
    struct world_datacenter *a,
    struct world_datacenter *b,
    const struct world_link_config *config,
    GError **error);

/* NULL when nothing joins them. */
struct world_link *world_link_between(
    const struct world_datacenter *a, const struct world_datacenter *b);

/* Sets *error and returns false when no link joins the two nodes' data centres. */
SIM_MUST_USE bool world_link_require(
    const struct world_node *a, const struct world_node *b, GError **error);

#define WORLD_SENDS_TO   "sends to"
#define WORLD_TAKES_FROM "takes from"
#define WORLD_CHARGES_TO "charges to"

/* Sets *end, which was NULL, to the other node: what `does` says that the node does to it. Sets
 * *error and returns false when it does so to one already, when no link joins the two, or when the
 * other node refuses. */
SIM_MUST_USE bool world_link_connect(
    const struct world_node *node,
    const char *does,
    struct world_node *other,
    struct world_node **end,
    GError **error);

/* The way from one node's data centre to the other's, which are joined. Good for the world's life.
 */
struct world_pipe *world_link_pipe(const struct world_node *from, const struct world_node *to);

/* Sends the packet from packet.from to packet.to, whose pipe this is, `delay` ns from now; one
 * whose sender crashes meanwhile never leaves. Takes the slot.
 *
 * What neither waits nor takes time arrives before this returns: so whoever sends is ready to
 * receive, and sends last. */
void world_link_send(struct world *world, uint32_t slot, struct world_pipe *pipe, sim_time delay);

/* Whether a packet that is sent to the node now arrives, and is received, within the call, and so
 * does an answer. */
static inline bool world_link_is_call(const struct world_pipe *pipe, const struct world_node *to)
{
    const struct world_pipe *back = pipe->back;

    SIM_ASSERT(back->back == pipe);
    return pipe->is_instant && back->is_instant && pipe->under_way == 0 && back->under_way == 0 &&
           to->up && !to->is_paused;
}

/* So many packets have come through, as a call. */
static inline void world_link_count_call(struct world_link *link, uint32_t packets)
{
    SIM_ASSERT(link->carried->value >= link->delivered);
    link->carried->value += packets;
    link->delivered += packets;
}

/* Asserts every invariant of the link; the first is that packets are conserved: carried = delivered
 * + lost + dropped + on their way + held back by a fault. */
void world_link_verify(const struct world_link *link);

/* Whether packets are conserved, as a check asks. */
bool world_link_is_conserved(const struct world_link *link);

/* For world_destroy(). */
void world_link_free(struct world_link *link);

/* ---- for world/fault_link.c ---- */

/* A measure of the link. The names are the program's own, so this cannot fail. */
struct sim_counter *world_link_counter(
    const struct world_link *link, const char *measure, const char *unit);

/* Recomputes what the fast path looks at. */
void world_link_refresh(struct world_pipe *pipe);

/* The `copy`th copy of a packet draws a latency of its own. */
sim_time world_link_latency(
    const struct world_pipe *pipe, const struct world_packet *packet, uint32_t copy);

/* Puts the packet on its pipe, for a journey of this length. */
void world_link_put(struct world *world, uint32_t slot, const struct world_journey *journey);

/* Takes every packet off the pipe, each into a slot that the caller owns. Returns the slots, of
 * uint32_t, in the order in which the packets were put there; the caller frees the array. O(packets
 * of the world). */
GArray *world_link_recall(struct world_pipe *pipe);

/* Puts a packet that was held back on its pipe, past every fault that is there. */
void world_link_depart_again(struct world *world, uint32_t slot);

/* The packet is no more, and whoever would have received it never hears of it: the books learn of
 * it when its message is lost thereby. Takes the slot. */
void world_link_lose(struct world *world, uint32_t slot);

/* Sends the packet back to where it came from, as a packet of another kind. */
void world_link_answer(
    struct world *world, uint32_t slot, enum world_packet_kind kind, sim_time delay);

#endif
