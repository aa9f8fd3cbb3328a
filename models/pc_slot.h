/* models/pc_slot.h - slots, for the parts of producer_consumer: a slot with a position keeps that
 * position in the store until it is freed. Every message comes through here, so all is inline. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_PC_SLOT_H
#define MODELS_PC_SLOT_H

#include "models/pc_state.h"

/* Everything that takes room. */
static inline uint64_t model_pc_inside(const struct model_pc *queue)
{
    SIM_ASSERT(queue->counts.dead_kept <= queue->counts.dead);
    return queue->counts.uncommitted + queue->counts.delayed + queue->counts.waiting +
           queue->counts.leased + queue->counts.dead_kept;
}

/* Tells the caller that the store was given something, if it was. */
static inline void model_pc_tell_store(struct model_pc *queue, struct model_outbox *outbox)
{
    if (queue->has_appended) {
        SIM_ASSERT(queue->store != NULL);
        model_outbox_add(outbox, MODEL_STORE, 0);
        queue->has_appended = false;
    }
}

/* A slot for a message that is new here; no structure holds it yet. */
static inline uint32_t model_pc_new_slot(
    struct model_pc *queue, const struct model_message *message)
{
    uint32_t index = model_pool_take(&queue->slots);
    struct model_pc_slot *slot = model_pc_slot_at(queue, index);

    SIM_ASSERT(message->reserved == 0);
    slot->message = *message;
    slot->position = 0;
    slot->expires = SIM_NEVER;
    slot->priority = 0;
    slot->state = MODEL_PC_FREE;
    slot->was_given_back = false;
    return index;
}

/* The counts no longer know the message, so the queue has room where it was full. */
static inline void model_pc_tell_room(const struct model_pc *queue, struct model_outbox *outbox)
{
    SIM_ASSERT(!queue->is_recovering);
    if (model_pc_inside(queue) + 1 == queue->config.capacity) {
        model_outbox_add(outbox, MODEL_ROOM, 0);
    }
}

/* Frees a slot that no structure holds: its message has left the queue, and the counts say so.
 * `outbox` is told when there is room again; NULL: nobody is. */
static inline void model_pc_free_slot(
    struct model_pc *queue, uint32_t index, struct model_outbox *outbox)
{
    struct model_pc_slot *slot = model_pc_slot_at(queue, index);

    SIM_ASSERT(slot->state != MODEL_PC_FREE);
    slot->state = MODEL_PC_FREE;
    if (slot->position != 0) {
        model_horizon_remove(&queue->needed, slot->position);
    }
    model_pool_give(&queue->slots, index);
    if (outbox != NULL) {
        model_pc_tell_room(queue, outbox);
    }
    if (queue->store != NULL && !queue->is_recovering) {
        model_pc_release_positions(queue);
    }
}

#endif
