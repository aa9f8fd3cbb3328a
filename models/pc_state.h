/* models/pc_state.h - what the parts of producer_consumer share; no one else includes it.
 *
 * A message lies in a slot of a pool from its send until it leaves. The slot's state says which one
 * structure holds it: a list of uncommitted ones, the heap of delayed ones, the lists of waiting
 * ones, or a lease. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_PC_STATE_H
#define MODELS_PC_STATE_H

#include "models/deadlines.h"
#include "models/horizon.h"
#include "models/index.h"
#include "models/pc_record.h"
#include "models/pool.h"
#include "models/producer_consumer.h"

/* Deliveries in one life of a queue, from its creation or recovery on. */
#define MODEL_PC_GENERATIONS (UINT64_C(1) << 40)

enum model_pc_state {
    MODEL_PC_FREE,
    MODEL_PC_UNCOMMITTED,
    MODEL_PC_DELAYED,
    MODEL_PC_WAITING,
    MODEL_PC_LEASED,
};

struct model_pc_slot {
    uint32_t next; /* in the list of its state */
    uint32_t previous;
    struct model_message message;
    uint64_t position; /* of its send in the store; 0 without one */
    uint32_t lease;    /* while leased */
    uint8_t state;     /* enum model_pc_state */
    uint8_t was_given_back;
};

_Static_assert(sizeof(struct model_pc_slot) <= 96, "ten million fit in 1 GiB");

/* Leases all last equally long, so the list in the order of delivery is the list in the order of
 * deadlines. */
struct model_pc_lease {
    uint32_t next;
    uint32_t previous;
    uint32_t held_next; /* of the same consumer */
    uint32_t held_previous;
    uint64_t generation;
    sim_time deadline;
    uint32_t slot; /* MODEL_POOL_NONE: no lease */
    uint32_t consumer;
};

struct model_pc_list {
    uint32_t first;
    uint32_t last;
};

struct model_pc_consumer {
    uint32_t held; /* leases */
    uint32_t held_first;
    uint32_t held_last;
    bool is_joined;
};

/* An ack that its consumer has not been told to be stored. */
struct model_pc_unconfirmed {
    uint64_t position;
    uint64_t id;
};

struct model_pc {
    struct model_pc_config config;
    const struct model_store *store;
    struct model_pc_counts counts;
    sim_time now; /* the latest that it was told: its time never goes back */

    struct model_pool slots;
    struct model_pc_list uncommitted; /* by position */
    struct model_pc_list returned;    /* given back, in that order; they go first */
    struct model_pc_list fresh;       /* never delivered, in the order of arrival */
    struct model_deadlines delayed;   /* of slots */

    struct model_pool leases;
    struct model_pc_list leased; /* by deadline */
    uint64_t generation;         /* of the latest lease */

    struct model_pc_consumer *consumers;
    uint32_t consumer_count;
    uint32_t consumer_capacity;

    /* What follows is idle without a store. */
    struct model_pc_unconfirmed *unconfirmed; /* a ring */
    uint64_t unconfirmed_first;
    uint64_t unconfirmed_end;
    uint64_t unconfirmed_capacity; /* a power of two */
    struct model_horizon needed;   /* positions of the store */
    uint64_t appended;
    uint64_t committed;
    uint64_t released;
    bool has_appended; /* something that is to be written soon */

    /* Generations up to `generation_limit` are this life's own: see pc_recover.c. */
    uint64_t generation_limit;
    uint64_t limit_position;     /* where the store says so, 0: nowhere */
    uint64_t limit_position_new; /* where it will, once committed, 0: nowhere */
    uint64_t gate;               /* nothing is delivered until this is committed */
    bool is_recovering;
    uint64_t replayed_first;
    uint64_t replayed_last;
    struct model_index by_position; /* slots, while recovering */
};

static inline struct model_pc_slot *model_pc_slot_at(const struct model_pc *queue, uint32_t slot)
{
    return model_pool_at(&queue->slots, slot);
}

static inline struct model_pc_lease *model_pc_lease_at(const struct model_pc *queue, uint32_t lease)
{
    return model_pool_at(&queue->leases, lease);
}

static inline void model_pc_list_init(struct model_pc_list *list)
{
    *list = (struct model_pc_list){.first = MODEL_POOL_NONE, .last = MODEL_POOL_NONE};
}

static inline bool model_pc_is_gate_open(const struct model_pc *queue)
{
    return queue->committed >= queue->gate;
}

/* ---- pc_slot.c ---- */

void model_pc_list_push(struct model_pc *queue, struct model_pc_list *list, uint32_t index);
void model_pc_list_remove(struct model_pc *queue, struct model_pc_list *list, uint32_t index);

/* A slot for a message that is new here; no structure holds it yet. */
uint32_t model_pc_new_slot(struct model_pc *queue, const struct model_message *message);

/* Frees a slot that no structure holds: its message has left the queue, and the counts say so.
 * `outbox` is told when there is room again; NULL: nobody is. */
void model_pc_free_slot(struct model_pc *queue, uint32_t index, struct model_outbox *outbox);

/* Puts a slot that no structure holds among the waiting ones; takes one from there. */
void model_pc_put_waiting(struct model_pc *queue, uint32_t index, struct model_outbox *outbox);
void model_pc_take_waiting(struct model_pc *queue, uint32_t index);

/* The one that receive would take, or MODEL_POOL_NONE. */
uint32_t model_pc_first_waiting(const struct model_pc *queue);

/* Tells the store what it need not keep any more. */
void model_pc_release_positions(struct model_pc *queue);

/* Tells the caller that the store was given something, if it was. */
void model_pc_tell_store(struct model_pc *queue, struct model_outbox *outbox);

/* ---- pc_lease.c ---- */

struct model_pc_consumer *model_pc_consumer_at(const struct model_pc *queue, uint32_t consumer);

uint32_t model_pc_begin_lease(
    struct model_pc *queue, uint32_t slot, uint32_t consumer, sim_time deadline);

/* Ends the lease; returns its slot, which no structure holds now. */
uint32_t model_pc_end_lease(struct model_pc *queue, uint32_t index);

/* Whether this is the name of a lease that has not ended. */
bool model_pc_is_current(const struct model_pc *queue, const struct model_lease *name);

/* ---- producer_consumer.c ---- */

/* Whether the message has had all its attempts. */
bool model_pc_is_spent(const struct model_pc *queue, const struct model_message *message);

/* The message of a slot that no structure holds is dead. */
void model_pc_bury(struct model_pc *queue, uint32_t index, struct model_outbox *outbox);

/* ---- pc_recover.c ---- */

/* Appends what happened to a message, and returns its position. Only with a store. */
uint64_t model_pc_append_send(struct model_pc *queue, const struct model_message *message);
uint64_t model_pc_append_event(
    struct model_pc *queue, enum model_pc_record_kind kind, uint32_t index);

/* Writes the limit of generations anew. */
void model_pc_append_limit(struct model_pc *queue);

/* Once a newer record of the limit is committed, the store need not keep the older one. */
void model_pc_settle_limit(struct model_pc *queue);

#endif
