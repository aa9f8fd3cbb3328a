/* world/consumer.h - takes messages from a queue and works on them, several at once.
 *
 * Each of its workers serves one message at a time for a time drawn by the message's id. Then the
 * handler, if there is one, says ack or nack; and if there is a ledger, an acked message is charged
 * there, and acked at the broker once the ledger has it durably.
 *
 * With a batch interval a worker holds its message until the next multiple of the interval: what
 * came in one interval is worked on at the same time, as by a stream operator in micro-batches. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_CONSUMER_H
#define WORLD_CONSUMER_H

#include "sim/dist.h"
#include "world/node.h"

enum world_verdict {
    WORLD_ACK,
    WORLD_NACK,
    WORLD_CRASH, /* of poison only: it does not outlive the message */
};

/* Called when a worker has finished a message. The message is good during the call only. */
typedef enum world_verdict world_handler_fn(void *context, const struct model_message *message);

struct world_consumer_config {
    struct sim_dist service; /* seconds a message takes a worker */
    uint32_t workers;
    sim_time batch;            /* a worker begins when this interval is over; 0: at once */
    sim_time subscribe_every;  /* how often it makes sure that the broker knows it */
    sim_time charge_timeout;   /* a charge unanswered for so long is asked for again; 0: never */
    world_handler_fn *handler; /* NULL: always ack */
    void *handler_context;     /* borrowed */
};

typedef struct world_consumer world_consumer;

world_consumer *world_consumer_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_consumer_config *config,
    GError **error);

/* Where its messages come from, and where they are charged. Each at most once, before the run. */
SIM_MUST_USE bool world_consumer_connect(
    world_consumer *consumer, struct world_node *broker, GError **error);
/* The same, as a member of this group. */
SIM_MUST_USE bool world_consumer_connect_group(
    world_consumer *consumer, struct world_node *broker, uint32_t group, GError **error);

/* Takes no more messages: what it holds goes back, and to others. It finishes what it is working
 * on; those acks are stale. Nothing, when it has left. */
void world_consumer_leave(world_consumer *consumer);

/* Takes messages again, from its next subscription on. */
void world_consumer_join(world_consumer *consumer);

SIM_MUST_USE bool world_consumer_charge_to(
    world_consumer *consumer, struct world_node *ledger, GError **error);

/* Has every message judged by one more handler, after the work and before its own: the first that
 * does not say ack has the last word. For faults: what it does to the node, it says. */
void world_consumer_poison(world_consumer *consumer, world_handler_fn *handler, void *context);

struct world_node *world_consumer_node(world_consumer *consumer);

uint32_t world_consumer_workers(const world_consumer *consumer);

/* Time from a message's birth to the end of its work. Nothing is recorded when a ledger has the
 * last word: see world_ledger_latency(). */
struct sim_tally *world_consumer_latency(world_consumer *consumer);

#endif
