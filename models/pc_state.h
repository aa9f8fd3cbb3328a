/* models/pc_state.h - what the parts of producer_consumer share; no one else includes it.
 *
 * A message lies in a slot of a pool from its send until it leaves. The slot's state says which one
 * structure holds it: the list of uncommitted ones, the heap of delayed ones, the lists of waiting
 * ones, a lease, or the list of dead ones. Besides, one that waits or is delayed and does not live
 * for ever is in the heap of lives; and one that is uncommitted and not due yet is in the heap of
 * delayed ones already. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_PC_STATE_H
#define MODELS_PC_STATE_H

#include "models/deadlines.h"
#include "models/horizon.h"
#include "models/index.h"
#include "models/pc_record.h"
#include "models/pending.h"
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
    MODEL_PC_DEAD,
};

struct model_pc_slot {
    uint32_t next; /* in the list of its state */
    uint32_t previous;
    struct model_message message;
    uint64_t position; /* of its send in the store; 0 without one */
    sim_time expires;  /* SIM_NEVER: it lives for ever */
    uint32_t lease;    /* while leased */
    uint8_t state;     /* enum model_pc_state */
    uint8_t priority;
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

/* Those of one priority. */
struct model_pc_waiting {
    struct model_pc_list returned; /* given back, in that order; they go first */
    struct model_pc_list fresh;    /* never delivered, in the order in which they became due */
};

struct model_pc_consumer {
    uint32_t held; /* leases */
    uint32_t held_first;
    uint32_t held_last;
    bool is_joined;
    uint64_t turn; /* the lowest becomes the single active one */
};

struct model_pc {
    struct model_pc_config config;
    const struct model_store *store;
    struct model_pc_counts counts;
    sim_time now; /* the latest that it was told: its time never goes back */

    struct model_pool slots;
    struct model_pc_list uncommitted; /* by position */
    struct model_pc_waiting waiting[MODEL_PC_PRIORITIES];
    uint32_t waiting_priorities; /* a bit for each that has some */
    struct model_deadlines delayed;
    struct model_deadlines lives;
    struct model_pc_list dead;

    struct model_pool leases;
    struct model_pc_list leased; /* by deadline */
    uint64_t *acked;             /* the generation acked last, for each remainder by its size */
    uint64_t generation;         /* of the latest lease or fence */

    bool is_closed;
    struct model_pc_consumer *consumers;
    uint32_t consumer_count;
    uint32_t consumer_capacity;
    uint64_t turn_next;
    uint32_t active; /* the single active one; MODEL_POOL_NONE: nobody */
    uint64_t fence;  /* its token */

    struct model_pending remembered; /* sends within the window, by time */
    struct model_index by_id;        /* of these */
    struct model_pending repeats;    /* sends of remembered ids that are not confirmed */
    struct model_pending acks;       /* that are not confirmed */

    /* What follows is idle without a store. */
    struct model_horizon needed; /* positions of the store */
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

/* Puts the slot, which is in no list, at the end. */
static inline void model_pc_list_push(
    const struct model_pc *queue, struct model_pc_list *list, uint32_t index)
{
    struct model_pc_slot *slot = model_pc_slot_at(queue, index);

    SIM_ASSERT((list->first == MODEL_POOL_NONE) == (list->last == MODEL_POOL_NONE));
    slot->next = MODEL_POOL_NONE;
    slot->previous = list->last;
    if (list->last == MODEL_POOL_NONE) {
        list->first = index;
    } else {
        model_pc_slot_at(queue, list->last)->next = index;
    }
    list->last = index;
}

static inline void model_pc_list_remove(
    const struct model_pc *queue, struct model_pc_list *list, uint32_t index)
{
    const struct model_pc_slot *slot = model_pc_slot_at(queue, index);

    if (slot->previous == MODEL_POOL_NONE) {
        SIM_ASSERT(list->first == index);
        list->first = slot->next;
    } else {
        model_pc_slot_at(queue, slot->previous)->next = slot->next;
    }
    if (slot->next == MODEL_POOL_NONE) {
        SIM_ASSERT(list->last == index);
        list->last = slot->previous;
    } else {
        model_pc_slot_at(queue, slot->next)->previous = slot->previous;
    }
}

static inline bool model_pc_has_joined(const struct model_pc *queue, uint32_t consumer)
{
    SIM_ASSERT(queue->consumer_count <= queue->consumer_capacity);
    return consumer < queue->consumer_count && queue->consumers[consumer].is_joined;
}

static inline bool model_pc_is_gate_open(const struct model_pc *queue)
{
    return queue->committed >= queue->gate;
}

static inline sim_time model_pc_later(sim_time now, sim_time delay)
{
    SIM_ASSERT(delay >= 0);
    return now > SIM_NEVER - delay ? SIM_NEVER : now + delay;
}

/* ---- pc_slot.c ---- */

/* Tells the store what it need not keep any more. */
void model_pc_release_positions(struct model_pc *queue);

/* ---- pc_wait.c ---- */

/* A waiting or delayed slot's message may outlive its time from now on, or no more. */
void model_pc_begin_life(struct model_pc *queue, uint32_t index);
void model_pc_end_life(struct model_pc *queue, uint32_t index);

/* The one that would have to make room for a newer one; MODEL_POOL_NONE: none waits. */
uint32_t model_pc_least_waiting(const struct model_pc *queue);

/* Puts a slot that no list holds among the delayed ones, until `due` unless it already knows. */
void model_pc_put_delayed(struct model_pc *queue, uint32_t index, sim_time due);

/* Moves those that are due to the waiting ones, and those that have outlived their time out. */
void model_pc_expire_delays(struct model_pc *queue, struct model_outbox *outbox);
void model_pc_expire_lives(struct model_pc *queue, struct model_outbox *outbox);

/* ---- pc_return.c ---- */

/* Whether the message has had all its attempts. */
bool model_pc_is_spent(const struct model_pc *queue, const struct model_message *message);

/* The message of a slot that no structure holds is dead. */
void model_pc_bury(struct model_pc *queue, uint32_t index, struct model_outbox *outbox);

/* Ends the leases that are due. */
void model_pc_expire_leases(struct model_pc *queue, struct model_outbox *outbox);

/* ---- pc_active.c ---- */

/* Whether the consumer may receive, as far as the single active one is concerned. */
bool model_pc_is_active(const struct model_pc *queue, uint32_t consumer);

/* Whether somebody else could take the consumer's place. */
bool model_pc_has_follower(const struct model_pc *queue, uint32_t consumer);

/* The consumer whose turn it is becomes the active one, if there is any. */
void model_pc_activate_next(struct model_pc *queue, struct model_outbox *outbox);

/* ---- pc_dedup.c ---- */

bool model_pc_is_remembered(struct model_pc *queue, uint64_t id);
void model_pc_remember(struct model_pc *queue, uint64_t id, uint64_t position, sim_time sent);

/* Forgets what is older than the window. */
void model_pc_forget(struct model_pc *queue);

/* ---- pc_recover.c ---- */

/* Appends what happened to a message, and returns its position. Only with a store. */
uint64_t model_pc_append_send(struct model_pc *queue, const struct model_pc_record *record);
uint64_t model_pc_append_event(
    struct model_pc *queue, enum model_pc_record_kind kind, uint32_t index);

/* Writes the limit of generations anew. */
void model_pc_append_limit(struct model_pc *queue);

/* Once a newer record of the limit is committed, the store need not keep the older one. */
void model_pc_settle_limit(struct model_pc *queue);

#endif
