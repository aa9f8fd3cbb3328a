/* A packet is on the wire from its departure to its arrival; before and after it is in somebody's
 * hands. A producer counts the sendings of a message, a queue its deliveries. */
/* SPDX-License-Identifier: MIT */
#include "world/watch.h"

#include <string.h>

#include "world/datacenter.h"
#include "world/link.h"
#include "world/node.h"
#include "world/world.h"

uint32_t world_watch_node_count(const struct world *world)
{
    return world->nodes->len;
}

struct world_watch_node world_watch_node_at(const struct world *world, uint32_t index)
{
    const struct world_node *node = world_node_at(world, index);

    SIM_ASSERT(node->index == index);
    return (struct world_watch_node){
        .name = node->name,
        .path = node->path,
        .type = node->type->name,
        .datacenter = node->datacenter->index,
        .is_up = node->up || (!node->world->started && !node->crashed),
        .has_crashed = node->crashed,
        .can_pause = (node->type->feels & WORLD_FEELS_PAUSE) != 0,
        .can_slow = (node->type->feels & WORLD_FEELS_SLOW) != 0,
        .can_spike = strcmp(node->type->name, "producer") == 0,
    };
}

world_producer *world_watch_producer_at(const struct world *world, uint32_t index)
{
    struct world_node *node = world_node_at(world, index);
    bool is_producer = strcmp(node->type->name, "producer") == 0;
    world_producer *producer = (world_producer *)(void *)node; /* the node is its first member */

    SIM_ASSERT(!is_producer || world_producer_node(producer) == node);
    return is_producer ? producer : NULL;
}

uint32_t world_watch_datacenter_count(const struct world *world)
{
    return world->datacenters->len;
}

static const struct world_datacenter *datacenter_at(const struct world *world, uint32_t index)
{
    SIM_ASSERT(index < world->datacenters->len);
    return g_ptr_array_index(world->datacenters, index);
}

const char *world_watch_datacenter_name(const struct world *world, uint32_t index)
{
    return datacenter_at(world, index)->name;
}

bool world_watch_datacenter_has_failed(const struct world *world, uint32_t index)
{
    return datacenter_at(world, index)->failed;
}

bool world_watch_has_link(const struct world *world, uint32_t index, uint32_t other)
{
    return index != other &&
           world_link_between(datacenter_at(world, index), datacenter_at(world, other)) != NULL;
}

static bool is_answer(enum world_packet_kind kind)
{
    static const enum world_packet_kind answers[] = {
        WORLD_PACKET_CONFIRM,
        WORLD_PACKET_FULL,
        WORLD_PACKET_REFUSE,
        WORLD_PACKET_SUBSCRIBE,
        WORLD_PACKET_CHARGED,
        WORLD_PACKET_ACK,
        WORLD_PACKET_NACK,
        WORLD_PACKET_FENCED,
        WORLD_PACKET_ELECTED,
        WORLD_PACKET_RETRACTED,
        WORLD_PACKET_ABORTED,
        WORLD_PACKET_STORED,
        WORLD_PACKET_VALUE,
    };

    SIM_ASSERT(kind != WORLD_PACKET_FREE);
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
        if (answers[i] == kind) {
            return true;
        }
    }
    return false;
}

static struct world_watch_packet seen(const struct world *world, const struct world_packet *packet)
{
    sim_time now = world->run.now;
    bool has_message = packet->kind != WORLD_PACKET_SUBSCRIBE;
    bool is_sent_again = packet->kind == WORLD_PACKET_SEND && packet->sendings > 0;

    SIM_ASSERT(packet->kind != WORLD_PACKET_FREE);
    return (struct world_watch_packet){
        .message = packet->message.id,
        .departed = packet->departed,
        .arrives = packet->arrives,
        .from = packet->from.node,
        .to = packet->to.node,
        .kind = packet->kind,
        .is_answer = is_answer(packet->kind),
        .is_on_wire = packet->departed <= now && now < packet->arrives,
        .is_again = is_sent_again || packet->message.attempt > 1,
        .is_settled = has_message && world_audit_is_settled(world->audit, packet->message.id),
    };
}

void world_watch_packets(const struct world *world, world_watch_packet_fn *show, void *context)
{
    uint32_t left = world->packets.count;

    for (uint32_t slot = 0; slot < world->packets.capacity && left > 0; slot++) {
        const struct world_packet *packet = &world->packets.slots[slot];
        if (packet->kind != WORLD_PACKET_FREE) {
            struct world_watch_packet shown = seen(world, packet);
            show(context, &shown);
            left--;
        }
    }
    SIM_ASSERT(left == 0);
}
