/* world/clerks_state.h - what clerks are made of, for their two files. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_CLERKS_STATE_H
#define WORLD_CLERKS_STATE_H

#include "world/clerks.h"
#include "world/fifo.h"
#include "world/locks.h"
#include "world/order_desk.h"
#include "world/processor.h"

#define WORLD_CLERKS_NONE UINT32_MAX
#define WORLD_CLERKS_ROWS 2

enum world_clerk_state {
    WORLD_CLERK_CLOSED,
    WORLD_CLERK_SEARCHING,
    WORLD_CLERK_LOCKING,
    WORLD_CLERK_HOLDING,
    WORLD_CLERK_AT_BOOK,
    WORLD_CLERK_GIVEN_UP, /* nobody waits for it: its rows stay locked until the book is read */
};

struct world_clerk_session {
    uint32_t slot; /* of its packet; of a closed session: the next one */
    uint8_t state;
    uint8_t kind; /* of enum world_order_kind, at the book */
    bool has_transaction;
    uint32_t step; /* rows that it has locked and worked on */
    uint32_t tries;
    uint32_t customer;
    uint32_t person;
    uint32_t day;
    uint64_t rows[WORLD_CLERKS_ROWS]; /* in the order in which it locks them */
    uint64_t rule;
    sim_time asked; /* for the row that it waits for */
};

struct world_clerks_counters {
    struct sim_counter *decided;
    struct sim_counter *conflicts; /* what was found was gone when it was locked */
    struct sim_counter *deadlocks;
    struct sim_counter *failed;
    struct sim_counter *dropped;
    struct sim_gauge *busy;
    struct sim_gauge *waiting;      /* for a worker */
    struct sim_gauge *lock_waiting; /* workers, for a row */
    struct sim_tally *lock_wait;
    struct sim_tally *response;
};

struct world_clerks {
    struct world_node node;
    struct world_clerks_config config;
    struct world_clerks_counters counters;
    struct world_order_desk desk;
    struct sim_stream search;
    struct sim_stream write;
    struct sim_stream hold;
    struct world_clerk_session *sessions;
    uint32_t free_head;
    uint32_t open_count;
    struct world_fifo waiting;
    struct world_locks locks;
    struct world_processor processor;
    struct world_alarm alarm; /* for the next piece of work that ends */
    struct world_check *deadlocks;
};

/* What comes: rules, and answers. */
void world_clerks_receive(struct world_node *node, uint32_t slot);

/* Whoever asked gets no answer, and will ask again. Takes the slot. */
void world_clerks_drop(struct world_clerks *clerks, uint32_t slot);

/* Its gauges, as they are now. */
void world_clerks_note(struct world_clerks *clerks);

/* For its alarms. */
void world_clerks_wake(void *context);
void world_clerks_overdue(void *context);

#endif
