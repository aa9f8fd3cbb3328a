/* world/database_state.h - what the two files of the database share: database_serve.c, which
 * carries out requests, and database.c, which makes a database and has it crash and restart. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_DATABASE_STATE_H
#define WORLD_DATABASE_STATE_H

#include "world/alarm.h"
#include "world/database.h"
#include "world/fifo.h"
#include "world/locks.h"
#include "world/processor.h"

struct world_database_counters {
    struct sim_counter *requests; /* that have come, whatever became of them */
    struct sim_counter *reads;    /* rows */
    struct sim_counter *writes;
    struct sim_counter *aborted; /* to end a deadlock */
    struct sim_counter *refused;
    struct sim_counter *expired; /* of those refused: they had waited for too long */
    struct sim_gauge *connected;
    struct sim_gauge *waiting;      /* for a connection */
    struct sim_gauge *lock_waiting; /* for a row */
    struct sim_tally *lock_wait;
    struct sim_tally *response;
};

/* A request that has a connection. */
struct world_session {
    uint32_t slot;  /* of its packet; of a free session: the next free one */
    uint32_t step;  /* rows that it has locked and worked on */
    sim_time asked; /* for the row that it waits for */
    sim_time arrived;
    bool is_open;
    bool is_holding; /* it only keeps its locks */
};

struct world_database {
    struct world_node node;
    struct world_database_config config;
    struct world_database_counters counters;
    struct sim_stream request;
    struct sim_stream work;
    struct sim_stream hold;
    struct world_versions versions;
    struct world_session *sessions;
    uint32_t free_head;
    uint32_t open_count;
    struct world_fifo waiting;
    struct world_locks locks;
    struct world_processor processor;
    struct world_alarm alarm; /* for the next job that ends */
    struct world_feed changes;
    struct world_check *limit; /* NULL: nobody asked for it */
};

static inline world_database *world_database_of(struct world_node *node)
{
    return (world_database *)node; /* the node is its first member */
}

static inline sim_time world_database_now(const world_database *database)
{
    return database->node.world->run.now;
}

/* A packet arrives: takes the slot. */
void world_database_receive(struct world_node *node, uint32_t slot);

/* Jobs of the processor may have ended. The context is the database. */
void world_database_wake(void *context);

#endif
