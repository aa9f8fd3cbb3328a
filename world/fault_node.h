/* world/fault_node.h - faults of a node, and of a data centre.
 *
 *   outage      it crashes, and restarts when the fault is over; so does a whole data centre.
 *   pause       it stops and goes on (a long garbage collection, a virtual machine that is moved):
 * it keeps what it has, what reaches it waits, its timers are late. A crash ends a pause. slow its
 * work takes longer, by a factor. clock skew  what it calls now is off by an offset, which may
 * grow: its own timers go by it, the leases that it gives out included. Virtual time does not
 * change. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_FAULT_NODE_H
#define WORLD_FAULT_NODE_H

#include "world/datacenter.h"
#include "world/fault.h"
#include "world/node.h"

/* Each strikes a node, counts what it hit, and sets *error and returns NULL when the kind of node
 * does not feel it or a value is out of its range.
 *
 * outage: packets that were in its hands or on their way to it, and messages that it held besides.
 * pause: packets and timers that had to wait. slow: pieces of work. clock_skew: readings of the
 * clock. */
struct world_fault *world_fault_outage_create(struct world_node *node);
struct world_fault *world_fault_datacenter_create(struct world_datacenter *datacenter);
struct world_fault *world_fault_pause_create(struct world_node *node, GError **error);
struct world_fault *world_fault_slow_create(struct world_node *node, double factor, GError **error);

/* The clock jumps by `offset` ns, and from then on gains `drift` seconds in each second, -0.5 to
 * 0.5. When the fault is over the offset is taken back, and when the last skew of the node is over,
 * its clock is right again at once. */
struct world_fault *world_fault_clock_create(
    struct world_node *node, sim_time offset, double drift, GError **error);

/* ---- for world/node.c and world/link.c ---- */

/* A packet has reached a paused node. Takes the slot. */
void world_fault_node_hold(struct world_node *node, uint32_t slot);

/* The node has crashed: it is no longer paused, and what waited for it finds that out. */
void world_fault_node_crashed(struct world_node *node);
void world_fault_node_finish(struct world_node *node);

#endif
