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

#include "sim/fel.h"
#include "sim/registry.h"
#include "world/packet.h"
#include "world/world.h"

/* A node of so many may have no measures until it has something to count, or somebody asks for one:
 * world_node_find_measure(). */
#define WORLD_NODES_FEW 4096

/* What faults can do to a node besides crashing it. */
enum world_node_feels {
    WORLD_FEELS_PAUSE = 1, /* its timers ask world_node_postpones() */
    WORLD_FEELS_SLOW = 2,  /* its work takes as long as world_node_work() says */
    WORLD_FEELS_SKEW = 4,  /* its timers go by world_node_clock() or world_node_wait() */
};

typedef void world_message_fn(void *context, const struct model_message *message);

/* How much a node has held of what it may hold. */
struct world_node_level {
    int64_t most;
    uint64_t capacity;
};

struct world_fault_node;

/* For the inline functions below; see world/fault_node.h. */
void world_fault_node_postpone(
    struct world_node *node, sim_fire_fn *fire, void *context, uint64_t payload);
sim_time world_fault_node_work(struct world_node *node, sim_time duration);
sim_time world_fault_node_clock(const struct world_node *node, sim_time now);
sim_time world_fault_node_when(const struct world_node *node, sim_time time);
sim_time world_fault_node_wait(const struct world_node *node, sim_time duration);

/* How a message fares that a call brings to its queue. */
enum world_offer {
    WORLD_OFFER_LATER, /* nothing happened: send it in a packet */
    WORLD_OFFER_CONFIRMED,
    WORLD_OFFER_FULL,
    WORLD_OFFER_REFUSED,
};

struct world_node_type {
    const char *name; /* "producer", "broker", ... */
    uint32_t feels;   /* of enum world_node_feels */
    /* May the run start? NULL: always. */
    bool (*is_complete)(const struct world_node *node, GError **error);
    /* May the other node be connected to it? `does` is WORLD_SENDS_TO or the like; NULL: any may.
     */
    bool (*attach)(
        struct world_node *node, const struct world_node *other, const char *does, GError **error);
    void (*start)(struct world_node *node);
    void (*receive)(struct world_node *node, uint32_t slot); /* owns the packet */
    /* What receive() would do with a packet that sends this message, and the answer at once, when
     * nothing takes time; or WORLD_OFFER_LATER. NULL: always that. */
    enum world_offer (*offer)(struct world_node *node, const struct model_message *message);
    /* The same for the ack or nack of a delivery, which has no answer. False: nothing happened. */
    bool (*take_back)(struct world_node *node, const struct world_lease *lease, bool is_ack);
    void (*crash)(struct world_node *node);   /* drop what is volatile */
    void (*restart)(struct world_node *node); /* calls world_node_up() when it is ready */
    /* Its clock goes differently from now on; NULL: it has set no alarm by it. */
    void (*clock_changed)(struct world_node *node);
    /* Every message that it holds other than in packets; NULL: there are none. */
    void (*visit)(struct world_node *node, world_message_fn *visit, void *context);
    /* Sets *out_level; false: there is no bound on what it holds. NULL: the same. */
    bool (*level)(const struct world_node *node, struct world_node_level *out_level);
    /* Makes its measures, unless they are there. NULL: they always are. */
    void (*open_measures)(struct world_node *node);
    /* Asserts every invariant of the node as it is between two events; NULL: it has none. */
    void (*verify)(const struct world_node *node);
    void (*destroy)(struct world_node *node);
};

struct world_node {
    const struct world_node_type *type;
    struct world *world;
    struct world_datacenter *datacenter;
    const char *name; /* within its data centre: the end of its path */
    char *path;       /* "datacenter/name" */
    uint32_t index;
    uint32_t incarnation;
    uint32_t outages; /* faults that keep it down */
    bool up;
    bool crashed; /* and not told to restart yet */
    bool is_paused;
    bool is_slow;
    bool is_skewed;
    struct world_fault_node *faults; /* NULL until the first of these three */
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
/* Nothing, when it has not crashed, or a fault keeps it down, or its data centre has failed: it
 * restarts with that. */
void world_node_restart(struct world_node *node);

/* The restart is complete: packets reach it again. */
void world_node_up(struct world_node *node);

/* The same `delay` ns from now, unless it crashes before. */
void world_node_up_after(struct world_node *node, sim_time delay);

/* ---- what faults change (world/fault_node.h) ---- */

/* For who fires an event of the node's: true when it is paused, and the event will be fired once it
 * no longer is. An event that belongs to one life of the node says which in its payload. */
static inline bool world_node_postpones(
    struct world_node *node, sim_fire_fn *fire, void *context, uint64_t payload)
{
    if (__builtin_expect(!node->is_paused, 1)) {
        return false;
    }
    world_fault_node_postpone(node, fire, context, payload);
    return true;
}

/* How long a piece of work takes it that would take `duration`. */
static inline sim_time world_node_work(struct world_node *node, sim_time duration)
{
    return __builtin_expect(node->is_slow, 0) ? world_fault_node_work(node, duration) : duration;
}

/* What it calls now. May go back, and never below 0. Virtual time is nobody's business. */
static inline sim_time world_node_clock(const struct world_node *node)
{
    sim_time now = node->world->run.now;

    return __builtin_expect(node->is_skewed, 0) ? world_fault_node_clock(node, now) : now;
}

/* The virtual time at which its clock will show `time`, as it goes now: now at the earliest. */
static inline sim_time world_node_when(const struct world_node *node, sim_time time)
{
    return __builtin_expect(node->is_skewed, 0) ? world_fault_node_when(node, time) : time;
}

/* The virtual time that passes while its clock counts `duration`. */
static inline sim_time world_node_wait(const struct world_node *node, sim_time duration)
{
    return __builtin_expect(node->is_skewed, 0) ? world_fault_node_wait(node, duration) : duration;
}

/* Asserts every invariant of the node. */
void world_node_verify(const struct world_node *node);

/* The end point that names the node as it is now. */
static inline struct world_end_point world_node_end_point(const struct world_node *node)
{
    SIM_ASSERT(node->incarnation > 0);
    return (struct world_end_point){.node = node->index, .incarnation = node->incarnation};
}

/* The node that an end point names; NULL when it is down, or has crashed since. */
static inline struct world_node *world_node_alive(
    const struct world *world, struct world_end_point end)
{
    struct world_node *node = world_node_at(world, end.node);

    SIM_ASSERT(end.incarnation <= node->incarnation);
    return node->up && node->incarnation == end.incarnation ? node : NULL;
}

/* The measure of this name; NULL when there is none. */
const struct sim_measure *world_node_find_measure(const struct world *world, const char *name);

/* Measures and streams under "datacenter/node/...". The names are the program's own, and unique
 * within a node, so these cannot fail. */
struct sim_counter *world_node_counter(
    const struct world_node *node, const char *measure, const char *unit);
struct sim_gauge *world_node_gauge(
    const struct world_node *node, const char *measure, const char *unit);
struct sim_tally *world_node_tally(
    const struct world_node *node, const char *measure, const char *unit);

/* The path by which it draws; the caller's to free. See world_datacenter_add_drawing_as(). */
char *world_node_draw_path(const struct world_node *node);

/* The registry keeps no list of these: no other node has this path, and a node's own uses differ.
 */
struct sim_stream world_node_stream(const struct world_node *node, const char *use);

#endif
