/* Slots, the lists that they are in, and what they need of the store: a slot with a position keeps
 * that position there until it is freed. */
/* SPDX-License-Identifier: MIT */
#include "models/pc_state.h"

#define LIMIT_REFRESH_LENGTH 65536 /* positions */

/* ---- the store ---- */

void model_pc_tell_store(struct model_pc *queue, struct model_outbox *outbox)
{
    if (queue->has_appended) {
        SIM_ASSERT(queue->store != NULL);
        model_outbox_add(outbox, MODEL_STORE, 0);
        queue->has_appended = false;
    }
}

/* The record of the generation limit must stay in the store. When it is what keeps old positions
 * there, it is written anew. */
static void refresh_limit(struct model_pc *queue, uint64_t lowest)
{
    bool is_in_the_way = queue->limit_position != 0 && queue->limit_position_new == 0 &&
                         queue->limit_position - lowest < MODEL_HORIZON_STRETCH &&
                         queue->appended - queue->limit_position > LIMIT_REFRESH_LENGTH;

    SIM_ASSERT(queue->limit_position <= queue->appended);
    if (is_in_the_way) {
        model_pc_append_limit(queue);
    }
}

void model_pc_release_positions(struct model_pc *queue)
{
    uint64_t lowest = model_horizon_lowest(&queue->needed);
    uint64_t done = lowest > queue->appended ? queue->appended : lowest - (lowest > 0 ? 1 : 0);

    SIM_ASSERT(done <= queue->appended);
    if (done > queue->released) {
        queue->released = done;
        queue->store->release(queue->store->context, done);
    }
    refresh_limit(queue, lowest);
}

/* ---- slots ---- */

uint64_t model_pc_depth(const model_pc *queue)
{
    return queue->counts.uncommitted + queue->counts.delayed + queue->counts.waiting +
           queue->counts.leased;
}

uint64_t model_pc_inside(const struct model_pc *queue)
{
    SIM_ASSERT(queue->counts.dead_kept <= queue->counts.dead);
    return model_pc_depth(queue) + queue->counts.dead_kept;
}

uint32_t model_pc_new_slot(struct model_pc *queue, const struct model_message *message)
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
static void tell_room(const struct model_pc *queue, struct model_outbox *outbox)
{
    SIM_ASSERT(!queue->is_recovering);
    if (model_pc_inside(queue) + 1 == queue->config.capacity) {
        model_outbox_add(outbox, MODEL_ROOM, 0);
    }
}

void model_pc_free_slot(struct model_pc *queue, uint32_t index, struct model_outbox *outbox)
{
    struct model_pc_slot *slot = model_pc_slot_at(queue, index);

    SIM_ASSERT(slot->state != MODEL_PC_FREE);
    slot->state = MODEL_PC_FREE;
    if (slot->position != 0) {
        model_horizon_remove(&queue->needed, slot->position);
    }
    model_pool_give(&queue->slots, index);
    if (outbox != NULL) {
        tell_room(queue, outbox);
    }
    if (queue->store != NULL && !queue->is_recovering) {
        model_pc_release_positions(queue);
    }
}
