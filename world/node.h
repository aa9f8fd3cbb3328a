/* world/node.h - what all nodes are: a name in a data centre, up or down, that receives packets.
 *
 * A crash takes a node's volatile state, and begins its next incarnation: what was sent to the
 * earlier one, or was scheduled by it, finds nobody. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_NODE_H
#define WORLD_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "sim/registry.h"
#include "world/packet.h"
#include "world/world.h"

typedef void world_message_fn(void *context, const struct model_message *message);

struct world_node_type {
    const char *name; /* "producer", "broker", ... */
    /* May the run start? NULL: always. */
    bool (*is_complete)(const struct world_node *node, GError **error);
    void (*start)(struct world_node *node);
    void (*receive)(struct world_node *node, uint32_t slot); /* owns the packet */
    void (*crash)(struct world_node *node);                  /* drop what is volatile */
    void (*restart)(struct world_node *node); /* calls world_node_up() when it is ready */
    /* Every message that it holds other than in packets; NULL: there are none. */
    void (*visit)(struct world_node *node, world_message_fn *visit, void *context);
    /* Asserts every invariant of the node as it is between two events; NULL: it has none. */
    void (*verify)(const struct world_node *node);
    void (*destroy)(struct world_node *node);
};

struct world_node {
    const struct world_node_type *type;
    struct world *world;
    struct world_datacenter *datacenter;
    char *name; /* within its data centre */
    char *path; /* "datacenter/name" */
    uint32_t index;
    uint32_t incarnation;
    bool up;
    bool crashed; /* and not told to restart yet */
};

/* Names the node and enters it in the world, which owns it from then on. Fails, and enters nothing,
 * when the name is malformed or taken in that data centre. */
SIM_MUST_USE bool world_node_init(
    struct world_node *node,
    const struct world_node_type *type,
    struct world_datacenter *datacenter,
    const char *name,
    GError **error);

/* Frees what init made: for the types' destroy(). */
void world_node_finish(struct world_node *node);

/* Starts the node; one that was told to crash before the run crashes then. For world_run(). */
void world_node_start(struct world_node *node);

/* Nothing, when it has crashed already. */
void world_node_crash(struct world_node *node);
/* Nothing, when it has not crashed, or its data centre has failed: it restarts with that. */
void world_node_restart(struct world_node *node);

/* The restart is complete: packets reach it again. */
void world_node_up(struct world_node *node);

/* The same `delay` ns from now, unless it crashes before. */
void world_node_up_after(struct world_node *node, sim_time delay);

/* Asserts every invariant of the node. */
void world_node_verify(const struct world_node *node);

/* The end point that names the node as it is now. */
struct world_end_point world_node_end_point(const struct world_node *node);

/* The node that an end point names; NULL when it is down, or has crashed since. */
struct world_node *world_node_alive(const struct world *world, struct world_end_point end);

/* Measures and streams under "datacenter/node/...". The names are the program's own, and unique
 * within a node, so these cannot fail. */
struct sim_counter *world_node_counter(
    const struct world_node *node, const char *measure, const char *unit);
struct sim_gauge *world_node_gauge(
    const struct world_node *node, const char *measure, const char *unit);
struct sim_tally *world_node_tally(
    const struct world_node *node, const char *measure, const char *unit);
struct sim_stream world_node_stream(const struct world_node *node, const char *use);

#endif
