/* Each redirection names a leader of a later epoch than the one who says so knows of another, so
 * that to follow them at once comes to an end. */
/* SPDX-License-Identifier: MIT */
#include "world/route.h"

#include "world/link.h"
#include "world/replicas.h"

bool world_route_connect(
    struct world_route *route,
    const struct world_node *from,
    struct world_node *broker,
    GError **error)
{
    if (!world_link_connect(from, WORLD_SENDS_TO, broker, &route->broker, error)) {
        return false;
    }
    route->pipe = world_link_pipe(from, broker);
    SIM_ASSERT(route->broker == broker);
    return true;
}

bool world_route_is_complete(
    const struct world_route *route, const struct world_node *from, GError **error)
{
    SIM_ASSERT((route->broker == NULL) == (route->pipe == NULL));
    if (route->broker == NULL) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_ROUTE,
            "producer %s sends to no queue: connect it with tb.connect(producer, queue)",
            from->path);
    }
    return route->broker != NULL;
}

static void turn_to(
    struct world_route *route, const struct world_node *from, struct world_node *broker)
{
    SIM_ASSERT(world_replicas_are_same(route->broker, broker));
    if (route->broker != broker) {
        route->broker = broker;
        route->pipe = world_link_pipe(from, broker);
        route->turned_at = from->world->run.now;
    }
}

void world_route_silence(
    struct world_route *route, const struct world_node *from, sim_time deadline, sim_time timeout)
{
    SIM_ASSERT(route->broker != NULL);
    if (deadline >= world_time_after(route->turned_at, timeout)) {
        turn_to(route, from, world_replicas_next(route->broker));
    }
}

bool world_route_redirect(
    struct world_route *route, const struct world_node *from, const struct world_packet *packet)
{
    uint32_t leader = packet->lease.consumer;

    SIM_ASSERT(packet->kind == WORLD_PACKET_REDIRECT && packet->from.node != leader);
    if (leader != WORLD_QUEUE_NOBODY) {
        turn_to(route, from, world_node_at(from->world, leader));
        return true;
    }
    if (packet->from.node == route->broker->index) {
        turn_to(route, from, world_replicas_next(route->broker));
    }
    return false;
}
