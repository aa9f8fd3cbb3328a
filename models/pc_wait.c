/* Messages that wait for their time, and the lives of those that do not wait for ever. */
/* SPDX-License-Identifier: MIT */
#include "models/pc_wait.h"

#include "models/pc_slot.h"

#define NONE MODEL_POOL_NONE

/* ---- lives ---- */

void model_pc_begin_life(struct model_pc *queue, uint32_t index)
{
    sim_time expires = model_pc_slot_at(queue, index)->expires;

    SIM_ASSERT(model_pc_slot_at(queue, index)->state != MODEL_PC_FREE);
    if (expires != SIM_NEVER && !model_deadlines_has(&queue->lives, index)) {
        model_deadlines_insert(&queue->lives, expires, index);
    }
}

void model_pc_end_life(struct model_pc *queue, uint32_t index)
{
    SIM_ASSERT(model_pc_slot_at(queue, index)->state != MODEL_PC_FREE);
    if (model_deadlines_has(&queue->lives, index)) {
        model_deadlines_remove(&queue->lives, index);
    }
}

/* ---- waiting ---- */

uint32_t model_pc_least_waiting(const struct model_pc *queue)
{
    uint32_t priorities = queue->waiting_priorities;

    SIM_ASSERT((priorities == 0) == (queue->counts.waiting == 0));
    return priorities == 0 ? NONE : model_pc_first_of(&queue->waiting[__builtin_ctz(priorities)]);
}

/* ---- delayed ---- */

void model_pc_put_delayed(struct model_pc *queue, uint32_t index, sim_time due)
{
    struct model_pc_slot *slot = model_pc_slot_at(queue, index);

    SIM_ASSERT(slot->state != MODEL_PC_DELAYED);
    slot->state = MODEL_PC_DELAYED;
    if (!model_deadlines_has(&queue->delayed, index)) {
        model_deadlines_insert(&queue->delayed, due, index);
    }
    model_pc_begin_life(queue, index);
    queue->counts.delayed++;
}

void model_pc_expire_delays(struct model_pc *queue, struct model_outbox *outbox)
{
    uint32_t index;

    while (model_deadlines_pop(&queue->delayed, queue->now, &index)) {
        const struct model_pc_slot *slot = model_pc_slot_at(queue, index);
        if (slot->state == MODEL_PC_UNCOMMITTED) {
            continue; /* it can be received as soon as it is committed */
        }
        SIM_ASSERT(slot->state == MODEL_PC_DELAYED && queue->counts.delayed > 0);
        queue->counts.delayed--;
        model_pc_put_waiting(queue, index, outbox);
    }
}

void model_pc_expire_lives(struct model_pc *queue, struct model_outbox *outbox)
{
    uint32_t index;

    while (model_deadlines_pop(&queue->lives, queue->now, &index)) {
        const struct model_pc_slot *slot = model_pc_slot_at(queue, index);
        uint64_t id = slot->message.id;
        if (queue->store != NULL) {
            (void)model_pc_append_event(queue, MODEL_PC_RECORD_EXPIRED, index);
        }
        if (slot->state == MODEL_PC_DELAYED) {
            model_deadlines_remove(&queue->delayed, index);
            queue->counts.delayed--;
        } else {
            model_pc_take_waiting(queue, index);
        }
        SIM_ASSERT(slot->expires <= queue->now);
        queue->counts.expired++;
        model_pc_free_slot(queue, index, outbox);
        model_outbox_add(outbox, MODEL_DROPPED, id);
    }
}
