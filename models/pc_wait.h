/* models/pc_wait.h - messages that wait for a consumer, for the parts of producer_consumer.
 *
 * Each priority has two lists: those that were given back, and those never delivered. The first go
 * first. A bit for each priority that has any leads to the highest at once. Every message comes
 * through here, so all is inline. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_PC_WAIT_H
#define MODELS_PC_WAIT_H

#include "models/pc_state.h"

static inline struct model_pc_list *model_pc_waiting_list_of(
    struct model_pc *queue, const struct model_pc_slot *slot)
{
    struct model_pc_waiting *waiting = &queue->waiting[slot->priority];

    SIM_ASSERT(slot->priority < MODEL_PC_PRIORITIES);
    return slot->was_given_back ? &waiting->returned : &waiting->fresh;
}

/* Puts a slot that no structure holds among the waiting ones. */
static inline void model_pc_put_waiting(
    struct model_pc *queue, uint32_t index, struct model_outbox *outbox)
{
    struct model_pc_slot *slot = model_pc_slot_at(queue, index);

    SIM_ASSERT(slot->state != MODEL_PC_WAITING);
    slot->state = MODEL_PC_WAITING;
    model_pc_list_push(queue, model_pc_waiting_list_of(queue, slot), index);
    queue->waiting_priorities |= 1U << slot->priority;
    if (slot->expires != SIM_NEVER) {
        model_pc_begin_life(queue, index);
    }
    if (queue->counts.waiting == 0 && outbox != NULL && model_pc_is_gate_open(queue)) {
        model_outbox_add(outbox, MODEL_READY, 0);
    }
    queue->counts.waiting++;
}

/* Takes a slot from there. */
static inline void model_pc_take_waiting(struct model_pc *queue, uint32_t index)
{
    const struct model_pc_slot *slot = model_pc_slot_at(queue, index);
    const struct model_pc_waiting *waiting = &queue->waiting[slot->priority];

    SIM_ASSERT(slot->state == MODEL_PC_WAITING && queue->counts.waiting > 0);
    model_pc_list_remove(queue, model_pc_waiting_list_of(queue, slot), index);
    if (waiting->returned.first == MODEL_POOL_NONE && waiting->fresh.first == MODEL_POOL_NONE) {
        queue->waiting_priorities &= ~(1U << slot->priority);
    }
    if (slot->expires != SIM_NEVER) {
        model_pc_end_life(queue, index);
    }
    queue->counts.waiting--;
}

static inline uint32_t model_pc_first_of(const struct model_pc_waiting *waiting)
{
    SIM_ASSERT(
        waiting->returned.first != MODEL_POOL_NONE || waiting->fresh.first != MODEL_POOL_NONE);
    return waiting->returned.first != MODEL_POOL_NONE ? waiting->returned.first
                                                      : waiting->fresh.first;
}

/* The one that receive would take; MODEL_POOL_NONE: none waits. */
static inline uint32_t model_pc_first_waiting(const struct model_pc *queue)
{
    uint32_t priorities = queue->waiting_priorities;

    SIM_ASSERT((priorities == 0) == (queue->counts.waiting == 0));
    return priorities == 0 ? MODEL_POOL_NONE
                           : model_pc_first_of(&queue->waiting[31 - __builtin_clz(priorities)]);
}

#endif
