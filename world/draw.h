/* world/draw.h - by what the world draws.
 *
 * What belongs to a message is drawn by the name of its producer and its number there, and what
 * belongs to no message by the name of the node that sends: never by the index of a node, which
 * depends on which others there are. So adding a node changes no draw of any other. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_DRAW_H
#define WORLD_DRAW_H

#include "models/message.h"
#include "world/world.h"

/* A hash of the node's path. */
static inline uint64_t world_draw_node(const struct world *world, uint32_t node)
{
    SIM_ASSERT(node < world->node_hashes->len);
    return g_array_index(world->node_hashes, uint64_t, node);
}

/* To derive a message's own stream by, in the place of its id: see sim_stream_of(). */
static inline uint64_t world_draw_message(const struct world *world, uint64_t id)
{
    return world_draw_node(world, model_message_producer(id)) ^ model_message_sequence(id);
}

/* The same of what a packet carries. */
static inline uint64_t world_draw_packet(
    const struct world *world, const struct world_packet *packet)
{
    if (packet->kind == WORLD_PACKET_SUBSCRIBE || packet->kind == WORLD_PACKET_LEAVE) {
        return world_draw_node(world, packet->from.node);
    }
    return world_draw_message(world, packet->message.id);
}

#endif
