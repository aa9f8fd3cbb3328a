/* world/relay.h - what stands between who asks and who answers, and passes both on.
 *
 * An operator on a message's way (a router, a limiter, a deduplicator, ...) is a node with a relay
 * inside. It passes a request on under its own name and remembers whose it was; the answer, when it
 * comes, goes back to whoever asked. It remembers a bounded number: beyond that the oldest request
 * is forgotten, and its answer lost on the way, as whoever asked must expect anyway. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_RELAY_H
#define WORLD_RELAY_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "models/index.h"
#include "world/node.h"
#include "world/packet.h"

struct world_relay_target {
    struct world_node *node;
    struct world_pipe *pipe; /* to it */
};

/* A request under way: all that its packet carried for whoever asked. */
struct world_relayed {
    uint64_t message;
    struct world_lease lease;
    struct world_end_point from;
    struct world_end_point broker;
    uint32_t token;
    uint32_t next; /* younger; or the next free one */
    uint32_t previous;
    bool is_used;
    bool is_charge;
};

struct world_relay {
    struct world_node *node;
    struct world_relay_target *targets;
    uint32_t target_count;
    struct world_relayed *relayed;
    uint32_t capacity;
    uint32_t count; /* requests under way */
    uint32_t oldest;
    uint32_t youngest;
    uint32_t free_head;
    struct model_index newest;     /* from a message to its youngest charge */
    struct sim_counter *forgotten; /* requests whose place was needed before they were answered */
};

/* Remembers up to `capacity` requests. The node is initialised; it gets a measure "forgotten". */
void world_relay_init(struct world_relay *relay, struct world_node *node, uint32_t capacity);
void world_relay_finish(struct world_relay *relay);

/* One more node that requests are passed on to: its number is the count before. Before the run.
 * Fails when no link joins the two, or the target refuses. */
SIM_MUST_USE bool world_relay_add_target(
    struct world_relay *relay, struct world_node *target, GError **error);

/* The only one: fails, too, when there is one already. */
SIM_MUST_USE bool world_relay_set_target(
    struct world_relay *relay, struct world_node *target, GError **error);

/* Sets *error and returns false when there is no target: for the types' is_complete(). */
SIM_MUST_USE bool world_relay_is_complete(const struct world_relay *relay, GError **error);

/* Kinds that ask for something, on their way to a target; the others are answers. */
bool world_relay_is_request(enum world_packet_kind kind);

/* Passes the request on to the target of this number, and remembers it. Takes the slot; the answer
 * may arrive before this returns. */
void world_relay_pass(struct world_relay *relay, uint32_t slot, uint32_t target);

/* The same under a fencing token, which travels where a delivery has its generation. */
void world_relay_pass_under(
    struct world_relay *relay, uint32_t slot, uint32_t target, uint64_t token);

/* Addresses an answer to whoever asked, and forgets the request; the caller sends it on with
 * world_relay_send_back(). Returns false, and leaves the packet alone, when nobody is waiting for
 * it any more. */
SIM_MUST_USE bool world_relay_match(struct world_relay *relay, uint32_t slot);
void world_relay_send_back(struct world_relay *relay, uint32_t slot);

/* The two in one, for who does nothing in between. Takes the slot. */
void world_relay_return(struct world_relay *relay, uint32_t slot);

/* Forgets the request that this is the answer to: whoever asked gets none. Takes the slot. */
void world_relay_forget(struct world_relay *relay, uint32_t slot);

/* The operator throws the packet away: the books learn of it when its message is lost thereby.
 * Takes the slot. */
void world_relay_discard(struct world_relay *relay, uint32_t slot);

/* Forgets every request. */
void world_relay_crash(struct world_relay *relay);

void world_relay_check(const struct world_relay *relay);

#endif
