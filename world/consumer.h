/* world/consumer.h - takes messages from a queue and works on them, several at once.
 *
 * Each of its workers serves one message at a time for a time drawn by the message's id. Then the
 * handler, if there is one, says ack or nack; and if there is a ledger, an acked message is charged
 * there, and acked at the broker once the ledger has it durably. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_CONSUMER_H
#define WORLD_CONSUMER_H

#include "sim/dist.h"
#include "world/node.h"

enum world_verdict {
    WORLD_ACK,
    WORLD_NACK,
};

/* Called when a worker has finished a message. The message is good during the call only. */
typedef enum world_verdict world_handler_fn(void *context, const struct model_message *message);

struct world_consumer_config {
    struct sim_dist service; /* seconds a message takes a worker */
    uint32_t workers;
    sim_time subscribe_every;  /* how often it makes sure that the broker knows it */
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
SIM_MUST_USE bool world_consumer_charge_to(
    world_consumer *consumer, struct world_node *ledger, GError **error);

struct world_node *world_consumer_node(world_consumer *consumer);

/* Time from a message's birth to the end of its work. Nothing is recorded when a ledger has the
 * last word: see world_ledger_latency(). */
struct sim_tally *world_consumer_latency(world_consumer *consumer);

#endif
