/* A request under a new token waits in a FIFO until the journal has committed the token; those that
 * follow wait behind it. */
/* SPDX-License-Identifier: MIT */
#include "world/fence.h"

#include <string.h>

#include "world/durable.h"
#include "world/fifo.h"
#include "world/link.h"
#include "world/relay.h"

struct counters {
    struct sim_counter *passed;
    struct sim_counter *fenced;
    struct sim_counter *outdated; /* let through under a token that was not the highest */
    struct sim_counter *terms;
};

struct world_fence {
    struct world_node node;
    struct world_fence_config config;
    struct counters counters;
    struct world_relay relay;
    struct world_durable durable;
    struct world_fifo waiting;
    uint64_t appended; /* position of the last token */
    uint64_t highest;
    uint64_t truly_highest; /* the world's own note */
    struct world_check *single;
};

static world_fence *from_node(struct world_node *node)
{
    return (world_fence *)node; /* the node is its first member */
}

static struct world_packet *packet_at(const world_fence *fence, uint32_t slot)
{
    SIM_ASSERT(slot < fence->node.world->packets.capacity);
    return &fence->node.world->packets.slots[slot];
}

/* ---- what passes ---- */

static void observe(world_fence *fence, uint64_t token, uint64_t message)
{
    SIM_ASSERT(token > 0);
    if (token >= fence->truly_highest) {
        fence->truly_highest = token;
        world_check_pass(fence->single);
        return;
    }
    fence->counters.outdated->value++;
    world_check_fail(
        fence->single,
        fence->node.world->run.now,
        "message %" G_GUINT64_FORMAT " passed %s under the lease %" G_GUINT64_FORMAT
        ".%u, which another had taken over",
        model_message_sequence(message),
        fence->node.path,
        token >> 32,
        (uint32_t)token);
}

static void pass(world_fence *fence, uint32_t slot)
{
    const struct world_packet *packet = packet_at(fence, slot);

    SIM_ASSERT(packet->to.node == fence->node.index);
    fence->counters.passed->value++;
    observe(fence, packet->lease.queue.generation, packet->message.id);
    world_relay_pass(&fence->relay, slot, 0);
}

static void committed(struct world_node *node, uint64_t position)
{
    world_fence *fence = from_node(node);
    struct world_waiting first;

    SIM_ASSERT(position <= fence->appended);
    while (world_fifo_first(&fence->waiting, &first) && first.position <= position) {
        bool popped = world_fifo_pop(&fence->waiting, &first);
        SIM_ASSERT(popped);
        pass(fence, first.slot);
    }
}

static void turn_away(world_fence *fence, uint32_t slot)
{
    SIM_ASSERT(fence->config.is_fencing);
    fence->counters.fenced->value++;
    world_audit_lose(
        fence->node.world->audit, packet_at(fence, slot), WORLD_AUDIT_HAND_LOST, fence->node.index);
    world_link_answer(fence->node.world, slot, WORLD_PACKET_FENCED, 0);
}

static void take_in(world_fence *fence, uint32_t slot)
{
    uint64_t token = packet_at(fence, slot)->lease.queue.generation;

    if (token < fence->highest && fence->config.is_fencing) {
        turn_away(fence, slot);
        return;
    }
    if (token > fence->highest) {
        const struct model_store *store = world_durable_store(&fence->durable);
        fence->highest = token;
        fence->counters.terms->value++;
        fence->appended = store->append(store->context, &token, sizeof(token));
    }
    SIM_ASSERT(fence->appended > 0);
    world_fifo_push(
        &fence->waiting, (struct world_waiting){.position = fence->appended, .slot = slot});
    world_durable_pump(&fence->durable);
    if (fence->durable.journal != NULL) {
        committed(&fence->node, fence->durable.committed);
    }
}

static void receive(struct world_node *node, uint32_t slot)
{
    world_fence *fence = from_node(node);

    SIM_ASSERT(node->up);
    if (world_relay_is_request(packet_at(fence, slot)->kind)) {
        take_in(fence, slot);
    } else {
        world_relay_return(&fence->relay, slot);
    }
}

/* ---- a node's life ---- */

static bool replay(void *context, uint64_t position, const void *record, uint32_t size)
{
    world_fence *fence = context;
    uint64_t token;

    if (size != sizeof(token)) {
        return false;
    }
    memcpy(&token, record, sizeof(token));
    if (token <= fence->highest) {
        return false;
    }
    SIM_ASSERT(position > fence->appended);
    fence->highest = token;
    fence->appended = position;
    return true;
}

static void restart(struct world_node *node)
{
    world_fence *fence = from_node(node);
    sim_time duration;

    SIM_ASSERT(fence->highest == 0 && fence->waiting.count == 0);
    world_durable_open(&fence->durable);
    if (world_durable_recover(&fence->durable, replay, fence, &duration)) {
        world_node_up_after(node, duration);
    }
}

static void crash(struct world_node *node)
{
    world_fence *fence = from_node(node);
    struct world_waiting first;

    while (world_fifo_pop(&fence->waiting, &first)) {
        world_packets_free(&node->world->packets, first.slot);
    }
    world_relay_crash(&fence->relay);
    world_durable_crash(&fence->durable);
    fence->highest = 0;
    fence->appended = 0;
    SIM_ASSERT(fence->relay.count == 0);
}

static bool is_complete(const struct world_node *node, GError **error)
{
    SIM_ASSERT(node->type->is_complete == is_complete);
    return world_relay_is_complete(&((const world_fence *)node)->relay, error);
}

static void verify(const struct world_node *node)
{
    const world_fence *fence = (const world_fence *)node;
    struct world_waiting first;

    world_relay_check(&fence->relay);
    world_fifo_check(&fence->waiting);
    world_durable_check(&fence->durable);
    SIM_ASSERT(fence->highest >= fence->truly_highest || !node->up);
    if (world_fifo_first(&fence->waiting, &first)) {
        SIM_ASSERT(first.position > fence->durable.committed);
    }
}

static void destroy(struct world_node *node)
{
    world_fence *fence = from_node(node);

    model_journal_destroy(fence->durable.journal);
    world_relay_finish(&fence->relay);
    world_fifo_finish(&fence->waiting);
    world_node_finish(node);
    g_free(fence);
}

static const struct world_node_type fence_type = {
    .name = "fence",
    .feels = WORLD_FEELS_PAUSE,
    .is_complete = is_complete,
    .start = restart,
    .receive = receive,
    .crash = crash,
    .restart = restart,
    .verify = verify,
    .destroy = destroy,
};

world_fence *world_fence_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_fence_config *config,
    GError **error)
{
    world_fence *fence = g_new0(world_fence, 1);

    SIM_ASSERT(config->window > 0);
    fence->config = *config;
    if (!world_node_init(&fence->node, &fence_type, datacenter, name, error)) {
        g_free(fence);
        return NULL;
    }
    world_relay_init(&fence->relay, &fence->node, config->window);
    world_durable_init(&fence->durable, &fence->node, &config->journal, committed);
    fence->single = world_check_create(datacenter->world);
    fence->counters = (struct counters){
        .passed = world_node_counter(&fence->node, "passed", "messages"),
        .fenced = world_node_counter(&fence->node, "fenced", "messages"),
        .outdated = world_node_counter(&fence->node, "outdated", "messages"),
        .terms = world_node_counter(&fence->node, "terms", "leases"),
    };
    return fence;
}

bool world_fence_connect(world_fence *fence, struct world_node *resource, GError **error)
{
    SIM_ASSERT(!fence->node.world->started);
    return world_relay_set_target(&fence->relay, resource, error);
}

struct world_node *world_fence_node(world_fence *fence)
{
    return &fence->node;
}

struct world_check *world_fence_check_single(world_fence *fence)
{
    return fence->single;
}
