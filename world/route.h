/* world/route.h - to which broker of its queue a producer sends.
 *
 * A queue that stands alone has one. Of a replicated queue one leads, and nobody knows for how
 * long: a broker that does not lead says so, and who does if it knows; one that is silent is left.
 */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_ROUTE_H
#define WORLD_ROUTE_H

#include "world/node.h"

struct world_route {
    struct world_node *broker; /* NULL: it is not connected */
    struct world_pipe *pipe;   /* to the broker */
    sim_time turned_at;        /* when it turned to this one */
};

/* From `from` to its queue. Once, before the run. */
SIM_MUST_USE bool world_route_connect(
    struct world_route *route,
    const struct world_node *from,
    struct world_node *broker,
    GError **error);

/* Whether it is connected. */
SIM_MUST_USE bool world_route_is_complete(
    const struct world_route *route, const struct world_node *from, GError **error);

/* What was sent `timeout` before the deadline has had no answer: on to the next broker, unless it
 * was sent to the one before. */
void world_route_silence(
    struct world_route *route, const struct world_node *from, sim_time deadline, sim_time timeout);

/* The packet is a WORLD_PACKET_REDIRECT. Returns whether what it answers is to be sent again at
 * once: else nobody knows who leads. */
SIM_MUST_USE bool world_route_redirect(
    struct world_route *route, const struct world_node *from, const struct world_packet *packet);

#endif
