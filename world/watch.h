/* world/watch.h - what an onlooker may see of a running world: its nodes, and what is on the wire.
 *
 * Reads only; nothing in the world can tell that it is watched. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_WATCH_H
#define WORLD_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base.h"
#include "world/packet.h"
#include "world/producer.h"

struct world;

struct world_watch_node {
    const char *name;    /* within its data centre; good as long as the world, as are the others */
    const char *path;    /* "datacenter/name", with which its measures begin */
    const char *type;    /* "producer", "broker", ... */
    uint32_t datacenter; /* its index */
    bool is_up; /* or will be, when the run starts */
    bool has_crashed;
    bool can_pause; /* these faults are possible: world/fault_node.h, world/fault_load.h */
    bool can_slow;
    bool can_spike;
};

uint32_t world_watch_node_count(const struct world *world);
struct world_watch_node world_watch_node_at(const struct world *world, uint32_t index);

/* NULL when the node is something else. */
world_producer *world_watch_producer_at(const struct world *world, uint32_t index);

uint32_t world_watch_datacenter_count(const struct world *world);
const char *world_watch_datacenter_name(const struct world *world, uint32_t index);
bool world_watch_datacenter_has_failed(const struct world *world, uint32_t index);

/* Whether a link joins the two data centres, which are not the same. */
bool world_watch_has_link(const struct world *world, uint32_t index, uint32_t other);

/* A packet that exists: on its way, waiting at a node, or being worked on. */
struct world_watch_packet {
    uint64_t message;
    sim_time departed; /* with is_on_wire: departed <= now < arrives */
    sim_time arrives;
    uint32_t from; /* nodes */
    uint32_t to;
    enum world_packet_kind kind;
    bool is_answer; /* goes against the way of the messages: confirmations, acks, subscriptions */
    bool is_on_wire;
    bool is_again;   /* its message was sent, or delivered, before */
    bool is_settled; /* its message has had its effect */
};

typedef void world_watch_packet_fn(void *context, const struct world_watch_packet *packet);

/* Shows every packet, in the same order in every run. O(slots of the pool). */
void world_watch_packets(const struct world *world, world_watch_packet_fn *show, void *context);

#endif
