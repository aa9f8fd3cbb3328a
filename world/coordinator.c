/* There is no timer: whether a lease has ended is looked at when somebody asks. */
/* SPDX-License-Identifier: MIT */
#include "world/coordinator.h"

#include "world/link.h"

struct counters {
    struct sim_counter *granted; /* to a new holder */
    struct sim_counter *renewed;
    struct sim_counter *denied;
};

struct world_coordinator {
    struct world_node node;
    struct world_coordinator_config config;
    struct counters counters;
    struct world_end_point holder; /* while the lease lasts */
    sim_time ends;                 /* by its own clock */
    uint64_t token;                /* of the holder; 0: none in this life */
    uint32_t terms;                /* in this life */
};

static world_coordinator *from_node(struct world_node *node)
{
    return (world_coordinator *)node; /* the node is its first member */
}

static bool is_holder(const world_coordinator *coordinator, struct world_end_point end)
{
    SIM_ASSERT(end.incarnation > 0);
    return coordinator->token > 0 && coordinator->holder.node == end.node &&
           coordinator->holder.incarnation == end.incarnation;
}

/* Returns whether whoever asks has the lease now. */
static bool elect(world_coordinator *coordinator, struct world_end_point asking)
{
    sim_time now = world_node_clock(&coordinator->node);

    if (now < coordinator->ends && !is_holder(coordinator, asking)) {
        coordinator->counters.denied->value++;
        return false;
    }
    if (now < coordinator->ends) {
        coordinator->counters.renewed->value++;
    } else {
        coordinator->terms++;
        coordinator->token = (uint64_t)coordinator->node.incarnation << 32 | coordinator->terms;
        coordinator->holder = asking;
        coordinator->counters.granted->value++;
    }
    coordinator->ends = world_time_after(now, coordinator->config.lease);
    SIM_ASSERT(coordinator->terms > 0);
    return true;
}

/* The answer has the token as its key, 0 for no, and the length of the lease as its value. */
static void receive(struct world_node *node, uint32_t slot)
{
    world_coordinator *coordinator = from_node(node);
    struct world_packet *packet = &node->world->packets.slots[slot];
    bool is_elected = elect(coordinator, packet->from);

    SIM_ASSERT(packet->kind == WORLD_PACKET_ELECT);
    packet->message.key = is_elected ? coordinator->token : 0;
    packet->message.value = coordinator->config.lease;
    world_link_answer(node->world, slot, WORLD_PACKET_ELECTED, 0);
}

static void crash(struct world_node *node)
{
    world_coordinator *coordinator = from_node(node);

    SIM_ASSERT(!node->crashed);
    coordinator->token = 0;
    coordinator->terms = 0;
    coordinator->ends = 0;
}

/* Somebody may hold a lease of the life before. */
static void restart(struct world_node *node)
{
    world_coordinator *coordinator = from_node(node);

    SIM_ASSERT(coordinator->token == 0);
    coordinator->ends = world_time_after(world_node_clock(node), coordinator->config.lease);
    world_node_up(node);
}

static void verify(const struct world_node *node)
{
    const world_coordinator *coordinator = (const world_coordinator *)node;

    SIM_ASSERT((coordinator->token == 0) == (coordinator->terms == 0));
    SIM_ASSERT(coordinator->token == 0 || coordinator->token >> 32 == node->incarnation);
}

static void destroy(struct world_node *node)
{
    world_node_finish(node);
    g_free(from_node(node));
}

static const struct world_node_type coordinator_type = {
    .name = "coordinator",
    .feels = WORLD_FEELS_PAUSE | WORLD_FEELS_SKEW,
    .start = world_node_up,
    .receive = receive,
    .crash = crash,
    .restart = restart,
    .verify = verify,
    .destroy = destroy,
};

world_coordinator *world_coordinator_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_coordinator_config *config,
    GError **error)
{
    world_coordinator *coordinator = g_new0(world_coordinator, 1);

    SIM_ASSERT(config->lease > 0);
    coordinator->config = *config;
    if (!world_node_init(&coordinator->node, &coordinator_type, datacenter, name, error)) {
        g_free(coordinator);
        return NULL;
    }
    coordinator->counters = (struct counters){
        .granted = world_node_counter(&coordinator->node, "granted", "leases"),
        .renewed = world_node_counter(&coordinator->node, "renewed", "leases"),
        .denied = world_node_counter(&coordinator->node, "denied", "requests"),
    };
    return coordinator;
}

struct world_node *world_coordinator_node(world_coordinator *coordinator)
{
    return &coordinator->node;
}
