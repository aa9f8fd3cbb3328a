/* world/world.h - one simulated world: its clock, its data centres, its nodes, its measures.
 *
 * A message's way through the world is the way of one packet: the producer sends it, the link
 * carries it, the broker keeps its message in a queue and answers; the delivery goes to a consumer,
 * from there to the ledger and back, and ends as an ack at the broker. Every node gets packets
 * through one function, receive(), and hands them on through world_link_send(). */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_WORLD_H
#define WORLD_WORLD_H

#include <glib.h>

#include "sim/base.h"
#include "sim/dist.h"
#include "sim/registry.h"
#include "sim/run.h"
#include "sim/trace.h"
#include "world/audit.h"
#include "world/check.h"
#include "world/fault.h"
#include "world/incident.h"
#include "world/packet.h"

struct world_datacenter;
struct world_invariants;
struct world_link;
struct world_node;

#define WORLD_RECENT 16384 /* records that a watched world remembers; a power of two */

struct world {
    struct sim_run run;
    struct sim_trace trace;
    sim_registry *registry;
    struct sim_tally *latency; /* "latency": from birth to effect, of every message */
    struct world_packets packets;
    world_audit *audit;
    struct world_checks checks;
    struct world_incidents incidents;
    struct world_faults faults;
    struct world_invariants *invariants; /* NULL: it is not watched */
    struct sim_trace_record *recent;     /* a ring of the last, while it is watched; or NULL */
    uint64_t recent_count;               /* that were ever put there */
    GPtrArray *datacenters;              /* of struct world_datacenter, owned */
    GPtrArray *nodes;    /* of struct world_node, owned; a node's index is its place here */
    GArray *node_hashes; /* of uint64_t, by a node's index: world/draw.h */
    GPtrArray *links;    /* of struct world_link, owned */
    GPtrArray *batches;  /* of struct world_batch, owned */
    GPtrArray *shared;   /* of GBytes, owned: see world_share() */
    uint64_t seed;
    sim_time sample_interval; /* of every time series; set before the run starts */
    struct world_send_fields send_fields;
    bool lets_go; /* a queue of it forgets what it delivers (point_to_point) */
    bool started;
    bool stopped;
};

struct world *world_create(uint64_t seed);
void world_destroy(struct world *world);

/* Sets *error and returns false when a node lacks what it needs, e.g. a producer its queue. */
SIM_MUST_USE bool world_is_complete(const struct world *world, GError **error);

/* Runs until the clock stands at `until`, or until `fired_max` events have fired in all. The first
 * call starts the nodes, all of which must be complete. */
enum sim_run_end world_run(struct world *world, sim_time until, uint64_t fired_max);

/* Asserts every invariant of everything in the world, as it is between two events: O(of all that).
 * For tests; with -Dparanoid=true it is done after every event. */
void world_verify(const struct world *world);

/* Evaluates every check that asks about the end. Once, after the last world_run(). */
void world_end(struct world *world);

/* Has world_run() return after the event under way. */
void world_stop(struct world *world);

static inline struct world_node *world_node_at(const struct world *world, uint32_t index)
{
    SIM_ASSERT(index < world->nodes->len);
    return g_ptr_array_index(world->nodes, index);
}

/* What happens `delay` ns after `time`, or never. */
static inline sim_time world_time_after(sim_time time, sim_time delay)
{
    SIM_ASSERT(delay >= 0);
    return time > SIM_NEVER - delay ? SIM_NEVER : time + delay;
}

/* Never anything but 0. */
static inline bool world_dist_is_zero(const struct sim_dist *dist)
{
    return dist->kind == SIM_DIST_CONSTANT && dist->parameters[0] <= 0;
}

/* A copy of a description, which lives as long as the world. Nodes that are made one after the
 * other from the same description share one copy. */
const void *world_share(struct world *world, const void *description, size_t size);

/* How long `amount` takes at `rate` per second. */
sim_time world_time_for(double amount, double rate);

/* What the trace records, besides every world_audit_event. */
enum world_trace_kind {
    WORLD_TRACE_CRASH,
    WORLD_TRACE_UP,
    WORLD_TRACE_DELIVERY,
    WORLD_TRACE_LOST_PACKET,
    WORLD_TRACE_CONTENT,    /* of a message that was born: a hash of all that is in it but its id */
    WORLD_TRACE_SCRIPT,     /* the scenario's own: a process went on, a value was recorded */
    WORLD_TRACE_ANSWER,     /* to a client: a hash of its request, the answer and the version */
    WORLD_TRACE_AUDIT = 16, /* plus the event */
};

static inline void world_trace(struct world *world, uint32_t kind, uint32_t node, uint64_t message)
{
    SIM_ASSERT(node < world->nodes->len && kind <= WORLD_TRACE_AUDIT + WORLD_AUDIT_LAST);
    const struct sim_trace_record record = {
        .time = world->run.now,
        .message = message,
        .node = node,
        .kind = kind,
    };

    sim_trace_add(&world->trace, &record);
    if (__builtin_expect(world->recent != NULL, 1)) {
        world->recent[world->recent_count++ % WORLD_RECENT] = record;
    }
}

/* What a message is made of, so that two runs that differ in this alone have different digests. */
void world_trace_content(struct world *world, uint32_t node, const struct model_message *message);

/* Of the scenario itself, and no node. */
void world_trace_script(struct world *world, uint64_t what);

/* The packet's message has had its effect at the node: the books and the latencies say so. `tally`
 * is the node's own. */
void world_settled(
    struct world *world, uint32_t node, const struct world_packet *packet, struct sim_tally *tally);

/* The same of an effect that may come about again without harm, as a refresh of a cache: the books
 * count a second one as suppressed. */
void world_settled_again(
    struct world *world, uint32_t node, const struct world_packet *packet, struct sim_tally *tally);

/* A name is 1 to 64 letters, digits, '.', '_' and '-'. Sets *error and returns false when it is
 * not; `what` is the thing named. */
SIM_MUST_USE bool world_name_is_valid(const char *name, const char *what, GError **error);

/* ---- what users name wrongly ---- */

#define WORLD_ERROR (world_error_quark())
GQuark world_error_quark(void);

enum world_error {
    WORLD_ERROR_NAME,  /* a name that is taken, unknown or malformed */
    WORLD_ERROR_VALUE, /* a value out of its range */
    WORLD_ERROR_ROUTE, /* two nodes that no link joins */
};

#endif
