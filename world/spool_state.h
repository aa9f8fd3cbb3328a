/* world/spool_state.h - a spool's state. For spool.c and spool_serve.c only. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_SPOOL_STATE_H
#define WORLD_SPOOL_STATE_H

#include "models/index.h"
#include "world/alarm.h"
#include "world/buffer.h"
#include "world/durable.h"
#include "world/fifo.h"
#include "world/positions.h"
#include "world/spool.h"

struct world_spool_counters {
    struct sim_counter *passed;
    struct sim_counter *stored;
    struct sim_counter *by_age; /* of these, why they came to be stored */
    struct sim_counter *by_size;
    struct sim_counter *behind; /* others were there already */
    struct sim_counter *full;
    struct sim_counter *replayed; /* read back after a crash, to be sent again */
    struct sim_counter *sent;
    struct sim_counter *resent;
    struct sim_counter *delivered;
    struct sim_gauge *held;
};

struct world_spool {
    struct world_node node;
    struct world_spool_config config;
    struct world_spool_counters counters;
    struct world_node *target;
    struct world_pipe *pipe; /* to the target */
    struct world_durable durable;
    struct world_buffer buffer;
    uint64_t *positions;       /* in the journal, of what the buffer holds at the same index */
    uint32_t position_count;   /* for which there is room */
    struct model_index index;  /* from a message to its place in the buffer */
    struct world_fifo storing; /* positions that are not committed; slots of the senders' packets */
    struct world_positions open; /* in the journal, and not done with */
    struct world_alarm alarm;    /* for the first deadline */
    sim_time deadline_last;      /* of the one sent last: the line of those under way is in order */
    bool is_sending;
};

static inline world_spool *world_spool_of(struct world_node *node)
{
    return (world_spool *)node; /* the node is its first member */
}

static inline sim_time world_spool_now(const world_spool *spool)
{
    return spool->node.world->run.now;
}

/* ---- spool_serve.c, for spool.c ---- */

void world_spool_note(world_spool *spool);

/* Holds the message of this position: its index in the buffer, where it is apart. */
uint32_t world_spool_hold(
    world_spool *spool, const struct model_message *message, uint64_t position);

/* The position is done with, and the journal may forget what is so from the first one on. */
void world_spool_close(world_spool *spool, uint64_t position);

void world_spool_send_waiting(world_spool *spool);
void world_spool_receive(struct world_node *node, uint32_t slot);
void world_spool_committed(struct world_node *node, uint64_t position);
void world_spool_wake(void *context);

#endif
