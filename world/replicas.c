/* The group is owned by its replicas together: the last that goes frees it. */
/* SPDX-License-Identifier: MIT */
#include "world/replicas.h"

#include "world/broker_state.h"
#include "world/datacenter.h"
#include "world/link.h"
#include "world/replica.h"

/* Each enters itself in the group. One that cannot be made is the end of the scenario; those before
 * it keep the group. */
static bool add_brokers(
    const struct world_replicas_config *config,
    const char *name,
    const struct world_broker_config *broker,
    GError **error)
{
    for (uint32_t i = 0; i < config->count; i++) {
        if (world_broker_add(config->datacenters[i], name, broker, error) != NULL) {
            continue;
        }
        if (broker->replicas->count == 0) {
            g_free(broker->replicas);
        }
        return false;
    }
    SIM_ASSERT(broker->replicas->count == config->count);
    return true;
}

world_broker *world_replicas_add(
    const struct world_replicas_config *config,
    const char *name,
    const struct world_broker_config *broker,
    GError **error)
{
    struct world_replicas *replicas = g_new0(struct world_replicas, 1);
    struct world_broker_config replicated = *broker;

    SIM_ASSERT(config->count >= 1 && config->count <= MODEL_REPLICAS_MAX);
    SIM_ASSERT(broker->durable && broker->hosted.topic.partitions <= 1);
    replicas->config = *config;
    replicated.replicas = replicas;
    if (!add_brokers(config, name, &replicated, error)) {
        return NULL;
    }
    world_parcels_init(&replicas->parcels, replicas->brokers[0]->node.index);
    return replicas->brokers[0];
}

struct world_node *world_replicas_node(struct world_node *node, uint32_t number)
{
    const struct world_replicas *replicas = world_broker_replicas(node);

    if (replicas == NULL) {
        return number == 0 ? node : NULL;
    }
    SIM_ASSERT(replicas->count > 0);
    return number < replicas->count ? &replicas->brokers[number]->node : NULL;
}

struct world_node *world_replicas_next(struct world_node *node)
{
    const struct world_replicas *replicas = world_broker_replicas(node);

    if (replicas == NULL) {
        return node;
    }
    uint32_t number = world_broker_of(node)->replica->number;
    SIM_ASSERT(&replicas->brokers[number]->node == node);
    return &replicas->brokers[(number + 1) % replicas->count]->node;
}

bool world_replicas_are_same(struct world_node *a, struct world_node *b)
{
    SIM_ASSERT(a->world == b->world);
    return a == b || (world_broker_replicas(a) != NULL &&
                      world_broker_replicas(a) == world_broker_replicas(b));
}

world_broker *world_replicas_leader(const struct world_replicas *replicas)
{
    world_broker *leader = NULL;
    uint64_t latest = 0;

    /* cppcheck-suppress ctunullpointer ; who has a replica has replicas */
    for (uint32_t i = 0; i < replicas->count; i++) {
        world_broker *broker = replicas->brokers[i];
        if (broker->queue == NULL) {
            continue;
        }
        uint64_t epoch = model_replica_epoch(broker->replica->model);
        SIM_ASSERT(leader == NULL || epoch != latest);
        if (leader == NULL || epoch > latest) {
            leader = broker;
            latest = epoch;
        }
    }
    return leader;
}

/* Whether links join the node to the first `count` of the brokers. */
static bool is_joined_to(
    const struct world_replicas *replicas,
    uint32_t count,
    const struct world_node *node,
    GError **error)
{
    SIM_ASSERT(count <= replicas->count);
    for (uint32_t i = 0; i < count; i++) {
        if (!world_link_require(node, &replicas->brokers[i]->node, error)) {
            return false;
        }
    }
    return true;
}

bool world_replicas_are_joined(const struct world_replicas *replicas, GError **error)
{
    SIM_ASSERT(replicas->count == replicas->config.count);
    for (uint32_t i = 0; i < replicas->count; i++) {
        if (!is_joined_to(replicas, i, &replicas->brokers[i]->node, error)) {
            return false;
        }
    }
    return true;
}

bool world_replicas_attach(
    const struct world_replicas *replicas, const struct world_node *other, GError **error)
{
    SIM_ASSERT(replicas->count == replicas->config.count);
    if (!g_str_equal(other->type->name, "producer") &&
        !g_str_equal(other->type->name, "consumer")) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_ROUTE,
            "%s %s cannot send to the replicated queue %s: it does not look for the leader; "
            "connect the producer to the queue, or give the queue no replicas",
            other->type->name,
            other->path,
            replicas->brokers[0]->node.name);
        return false;
    }
    return is_joined_to(replicas, replicas->count, other, error);
}
