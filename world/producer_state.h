/* world/producer_state.h - what the two files of the producer share: producer_send.c, which sends
 * and is answered, and producer.c, which makes a producer and has it crash. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_PRODUCER_STATE_H
#define WORLD_PRODUCER_STATE_H

#include "world/alarm.h"
#include "world/buffer.h"
#include "world/producer.h"
#include "world/route.h"

struct world_producer_counters {
    struct sim_counter *arrived;
    struct sim_counter *turned_away;
    struct sim_counter *refused;
    struct sim_counter *sent;
    struct sim_counter *resent;
    struct sim_counter *confirmed;
    struct sim_counter *buffer_lost;
    struct sim_gauge *held;
};

/* What a producer needs once it has messages. */
struct world_outgoing {
    struct world_recipe recipe;
    struct sim_stream backoff;
    struct world_producer_counters counters;
    struct world_buffer buffer;
    struct world_alarm linger;   /* while it is set, nothing that waits is sent */
    struct world_alarm deadline; /* of the first that is under way */
    sim_time deadline_last;      /* of the last that was sent: a clock that is off orders nothing */
};

struct world_producer {
    struct world_node node;
    const struct world_producer_config *config; /* shared; without a source */
    struct world_route route;
    GPtrArray *followers; /* of world_producer: they send to the same; NULL: none */
    struct world_source source;
    struct world_outgoing *out; /* NULL until its first message, in a world of many nodes */
    struct world_rewrites rewrites;
    bool is_sending;
};

static inline world_producer *world_producer_of(struct world_node *node)
{
    return (world_producer *)node; /* the node is its first member */
}

static inline sim_time world_producer_now(const world_producer *producer)
{
    return producer->node.world->run.now;
}

static inline void world_producer_note_held(const world_producer *producer)
{
    const struct world_outgoing *out = producer->out;

    SIM_ASSERT(out->buffer.count <= producer->config->buffer);
    sim_gauge_set(out->counters.held, out->buffer.count, world_producer_now(producer));
}

/* Makes `out`, which is not there yet. */
void world_producer_open(world_producer *producer);

/* The functions that the source, the node and the alarms call. */
void world_producer_arrive(void *context, const struct sim_recording_entry *recorded);
void world_producer_receive(struct world_node *node, uint32_t slot);
void world_producer_stop_lingering(void *context);
void world_producer_time_out(void *context);

#endif
