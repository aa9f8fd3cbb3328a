/* world/link.h - what joins two data centres, or the nodes inside one: latency and bandwidth.
 *
 * A link is a pipe in each direction: packets leave one after the other at its bandwidth, and
 * arrive in the order in which they left, as on a TCP connection. Each packet's latency is drawn by
 * its message's id. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_LINK_H
#define WORLD_LINK_H

#include <glib.h>

#include "sim/dist.h"
#include "world/world.h"

struct world_link_config {
    struct sim_dist latency; /* seconds, one way */
    double bandwidth;        /* bits per second; 0: without limit */
};

struct world_pipe {
    struct world_link *link;
    struct world_pipe *back; /* the other direction; inside a data centre the same */
    struct sim_stream latency;
    sim_time idle_at;      /* when the last bit sent so far has left */
    sim_time arrived_last; /* nothing arrives before it */
    uint64_t under_way;    /* packets on it */
};

struct world_link {
    struct world *world;
    struct world_datacenter *ends[2]; /* the same one twice inside a data centre */
    struct world_link_config config;
    bool is_instant;            /* without latency, and without limit of bandwidth */
    struct world_pipe pipes[2]; /* pipes[0] carries from ends[0] to ends[1] */
    struct sim_counter *carried;
    struct sim_counter *lost; /* packets for a node that was down, or had crashed since */
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

/* Sets *end, which was NULL, to the other node: what `does` says ("sends to") that the node does to
 * it. Sets *error and returns false when it does so to one already, or when no link joins the two.
 */
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

/* Asserts every invariant of the link. */
void world_link_verify(const struct world_link *link);

/* Sends the packet back to where it came from, as a packet of another kind. */
void world_link_answer(
    struct world *world, uint32_t slot, enum world_packet_kind kind, sim_time delay);

#endif
