/* world/broker.h - hosts a queue: real queue code behind a network and a service time.
 *
 * Every operation takes its turn at the broker's one server. A queue with a journal stands on its
 * data centre's disk; after a crash the broker reads it back, at the disk's speed, before it is up
 * again. Deliveries are pushed to subscribed consumers, in turn, up to their prefetch limit. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_BROKER_H
#define WORLD_BROKER_H

#include "models/journal.h"
#include "sim/dist.h"
#include "world/node.h"
#include "world/queue.h"

struct world_replicas;

struct world_broker_config {
    struct world_queue_config hosted;
    struct world_replicas *replicas; /* for world/replicas.c; else NULL */
    bool durable;                    /* on a journal; else in memory */
    struct model_journal_config journal;
    struct sim_dist operation; /* seconds each operation costs */
};

typedef struct world_broker world_broker;

world_broker *world_broker_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_broker_config *config,
    GError **error);

/* Adds a group of subscribers to a queue of publish_subscribe, before the run, and sets *out_group
 * to its number. Fails when there are as many as there may be. */
SIM_MUST_USE bool world_broker_add_group(
    world_broker *broker,
    const struct model_ps_group_config *config,
    uint32_t *out_group,
    GError **error);

struct world_node *world_broker_node(world_broker *broker);

/* The brokers that keep its queue together; NULL: the node is no broker, or keeps it alone. */
struct world_replicas *world_broker_replicas(const struct world_node *node);

/* The queue as it is now, of a replicated one that of the leader; NULL while there is none. */
const struct world_queue *world_broker_queue(const world_broker *broker);

/* Messages inside the queue; 0 while there is none. */
uint64_t world_broker_depth(const world_broker *broker);

/* Replay: the group of a publish_subscribe goes on with the first message of each partition that
 * was published at `since` or later. Returns false, and does nothing, while the broker is down. */
SIM_MUST_USE bool world_broker_replay(world_broker *broker, uint32_t group, sim_time since);

#endif
