/* world/replicas.h - a queue whose log several brokers keep, each in a data centre of its own.
 *
 * Each broker has a replica (models/replica.h) between its queue and its journal. The one that
 * leads and has committed in its epoch makes a queue from the log and serves; the others send a
 * producer on to it. All have the name of the queue: "beijing/clicks", "shanghai/clicks".
 * docs/replication.md has what is promised. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_REPLICAS_H
#define WORLD_REPLICAS_H

#include "models/replica.h"
#include "world/broker.h"
#include "world/parcels.h"

/* Bound on the error of a clock's rate that a leader's lease allows for, in millionths. */
#define WORLD_REPLICAS_SKEW_PPM 10000

struct world_replicas_config {
    struct world_datacenter *datacenters[MODEL_REPLICAS_MAX]; /* no two the same */
    uint32_t count;                                           /* 1 .. MODEL_REPLICAS_MAX */
    enum model_acks acks;
    sim_time election_timeout; /* at least 5 ns; five heartbeats */
    sim_time unclean_after;    /* 0: there are no unclean elections */
};

struct world_replica;

struct world_replicas {
    struct world_replicas_config config;
    struct world_broker *brokers[MODEL_REPLICAS_MAX];
    struct world_replica *members[MODEL_REPLICAS_MAX];
    uint32_t count;     /* brokers that have been made */
    uint32_t served;    /* how often a queue was opened */
    uint64_t epoch_won; /* the latest */
    uint32_t epoch_winner;
    struct world_parcels parcels;
};

/* Makes the brokers, with one configuration: durable, of a model that has a store; a topic has one
 * partition. Returns the first. Sets *error and returns NULL when the name is malformed, or taken
 * in one of the data centres; the scenario is not to be run then. */
world_broker *world_replicas_add(
    const struct world_replicas_config *config,
    const char *name,
    const struct world_broker_config *broker,
    GError **error);

/* ---- for whoever sends or takes; the node is any, and one that is no replica stands alone ---- */

/* The `number`th broker of the queue; NULL: there are not so many. */
struct world_node *world_replicas_node(struct world_node *node, uint32_t number);

/* The one to try after this. */
struct world_node *world_replicas_next(struct world_node *node);

/* Whether both are brokers of one queue. */
bool world_replicas_are_same(struct world_node *a, struct world_node *b);

/* ---- looking on from outside ---- */

/* The broker that serves in the latest epoch; NULL: none does. */
world_broker *world_replicas_leader(const struct world_replicas *replicas);

/* ---- for broker.c ---- */

/* Whether links join every two of the brokers. */
SIM_MUST_USE bool world_replicas_are_joined(const struct world_replicas *replicas, GError **error);

/* Whether the other node may be connected to them: a producer or a consumer that links join to
 * each.
 */
SIM_MUST_USE bool world_replicas_attach(
    const struct world_replicas *replicas, const struct world_node *other, GError **error);

#endif
