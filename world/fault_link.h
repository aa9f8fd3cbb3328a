/* world/fault_link.h - faults of a link, in one direction or both.
 *
 *   cut          nothing comes through. On a datagram link packets are lost, those on the wire
 *                included; on a stream they are sent again once the cut is over.
 *   slow         the latency is multiplied, the bandwidth divided, by a factor.
 *   loss         a packet is lost with a probability. A stream sends it again after a timeout that
 *                doubles with each loss (RFC 6298, section 5), so that it and what follows it are
 *                late; after 15 losses in a row the stream gives the packet up.
 *   duplication  a packet arrives twice, with a probability. A stream recognises the second one,
 *                which costs bandwidth only.
 *   reordering   a packet is late by up to a delay, with a probability, and others overtake it. On
 * a stream nothing does: they wait.
 *
 * What happens to a packet is drawn by its message's id, its kind and how often it was sent; for
 * packets that belong to no message, by the time. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_FAULT_LINK_H
#define WORLD_FAULT_LINK_H

#include "world/fault.h"
#include "world/link.h"

enum world_fault_link_kind {
    WORLD_FAULT_CUT,
    WORLD_FAULT_SLOW_LINK,
    WORLD_FAULT_LOSS,
    WORLD_FAULT_DUPLICATION,
    WORLD_FAULT_REORDERING,
};

struct world_fault_link_config {
    enum world_fault_link_kind kind;
    struct world_link *link;
    const struct world_datacenter *from; /* strikes only what comes from there; NULL: both ways */
    double factor;                       /* of slow; >= 1 */
    double probability;                  /* of loss, duplication, reordering; in (0, 1] */
    sim_time delay;                      /* of reordering: the most; > 0 */
};

/* Counts the packets that it struck as hit: those that a cut lost or held back, that were slowed,
 * lost, doubled, or late. Sets *error and returns NULL when a value is out of its range. */
struct world_fault *world_fault_link_create(
    const struct world_fault_link_config *config, GError **error);

/* ---- for world/link.c; each only where pipe->faults is not NULL, but for the last ---- */

/* A fault strikes the pipe, or has left packets that are held back. */
bool world_fault_link_is_active(const struct world_pipe *pipe);

/* What the faults of the pipe do to a packet that departs: true, and makes its journey longer; or
 * false, and the packet is lost, or held back. */
SIM_MUST_USE bool world_fault_link_lets_pass(
    struct world_pipe *pipe, uint32_t slot, struct world_journey *journey);

/* Packets that are held back. */
uint32_t world_fault_link_held(const struct world_pipe *pipe);

void world_fault_link_finish(struct world_pipe *pipe);

#endif
