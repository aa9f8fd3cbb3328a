/* tests/operator_fixture.h - what the tests of the operators of world/ share: one data centre,
 * whose packets take 100 us, and probes that ask and answer. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_OPERATOR_FIXTURE_H
#define TESTS_OPERATOR_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/link.h"

#include "tests/world_fixture.h"

/* One way. */
#define OPERATOR_LATENCY (100 * SIM_MICROSECOND)

static inline struct world_datacenter *operator_place(struct world *world)
{
    struct world_datacenter *datacenter = world_datacenter_add(world, "here", NULL);
    struct world_link_config link = {.latency = fixture_dist(SIM_DIST_CONSTANT, 100e-6, 0)};

    assert_non_null(datacenter);
    assert_non_null(world_link_add(datacenter, datacenter, &link, NULL));
    return datacenter;
}

/* Runs up to and including `until`, and asserts every invariant after each event. */
static inline void operator_run(struct world *world, sim_time until)
{
    enum sim_run_end end = SIM_RUN_LIMIT;

    while (end == SIM_RUN_LIMIT) {
        end = world_run(world, until, world->run.fired_count + 1);
        world_verify(world);
    }
}

/* Sends the message from the probe to the node; its sender's own number is `token`. */
static inline void operator_send(
    struct fixture_probe *probe,
    const struct world_node *to,
    enum world_packet_kind kind,
    const struct model_message *message,
    uint32_t token)
{
    struct world *world = probe->node.world;
    uint32_t slot = world_packets_take(&world->packets, kind);
    struct world_packet *packet = &world->packets.slots[slot];

    packet->message = *message;
    packet->lease = (struct world_lease){.queue = {.generation = 77, .slot = 7}, .consumer = 3};
    packet->from = world_node_end_point(&probe->node);
    packet->to = world_node_end_point(to);
    packet->broker = packet->from;
    packet->token = token;
    world_link_send(world, slot, world_link_pipe(&probe->node, to), 0);
}

/* The newest packet that the probe received; fails the test when there is none. */
static inline const struct fixture_received *operator_newest(const struct fixture_probe *probe)
{
    assert_true(probe->received->len > 0);
    return fixture_received_at(probe, probe->received->len - 1);
}

#endif
