/* world/broker_state.h - what the two files of the broker share: broker_serve.c, which carries out
 * operations, and broker.c, which makes a broker and has it crash and restart. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_BROKER_STATE_H
#define WORLD_BROKER_STATE_H

#include "world/alarm.h"
#include "world/broker.h"
#include "world/durable_queue.h"
#include "world/fifo.h"
#include "world/subscribers.h"

struct world_broker_counters {
    struct sim_counter *accepted;
    struct sim_counter *delivered;
    struct sim_counter *redelivered;
    struct sim_counter *acked;
    struct sim_counter *stale_acks;
    struct sim_counter *full;
    struct sim_counter *dropped;
    struct sim_counter *conflated;
    struct sim_counter *dead;
    struct sim_gauge *depth;
    struct sim_counter *busy;
};

struct world_broker {
    struct world_node node;
    struct world_broker_config config;
    struct world_broker_counters counters;
    struct sim_stream operation;
    struct world_durable durable; /* used when config.durable */
    struct world_queue *queue;    /* NULL while it is down */
    struct world_queue *stored;   /* what the journal holds while it is down; NULL: not looked */
    struct model_outbox outbox;   /* of the operation under way; empty between events */
    struct world_fifo unconfirmed;
    const struct model_message *offered; /* by a call that has not returned; or NULL */
    struct world_subscribers subscribers;
    sim_time idle_at;
    uint64_t turns;  /* operations that wait for their time */
    bool is_instant; /* no operation takes time */
    bool is_stuck;   /* nobody may have a message, unless more happens than a send */
    bool lets_go;    /* the queue forgets what it has delivered */
    bool is_settling;
    struct world_alarm alarm;        /* for the queue's next deadline */
    const struct world_node *sender; /* the first producer; NULL: none yet */
    const struct world_node *taker;  /* the first consumer */
};

static inline world_broker *world_broker_of(struct world_node *node)
{
    return (world_broker *)node; /* the node is its first member */
}

static inline sim_time world_broker_now(const world_broker *broker)
{
    return broker->node.world->run.now;
}

static inline struct world_packet *world_broker_packet(const world_broker *broker, uint32_t slot)
{
    SIM_ASSERT(slot < broker->node.world->packets.capacity);
    return &broker->node.world->packets.slots[slot];
}

/* What the queue is told: leases, delays and lives go by the broker's own clock. */
static inline sim_time world_broker_clock(const world_broker *broker)
{
    return world_node_clock(&broker->node);
}

static inline void world_broker_report(
    const world_broker *broker, enum world_audit_event event, uint64_t message)
{
    world_audit_report(broker->node.world->audit, event, message, broker->node.index);
}

/* The queue has promised the message: to every group that there is. */
void world_broker_promise(const world_broker *broker, uint64_t message);

/* Works off what an operation caused, and delivers what may be delivered. */
void world_broker_settle(world_broker *broker);

/* The functions that the node, its alarm and its journal call. */
void world_broker_receive(struct world_node *node, uint32_t slot);
enum world_offer world_broker_offer(struct world_node *node, const struct model_message *message);
bool world_broker_take_back(struct world_node *node, const struct world_lease *lease, bool is_ack);
void world_broker_deadline(void *context);
void world_broker_clock_changed(struct world_node *node);
void world_broker_committed(struct world_node *node, uint64_t position);

#endif
