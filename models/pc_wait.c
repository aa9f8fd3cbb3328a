/* Messages that wait, for a consumer or for their time.
 *
 * Each priority has two lists: those that were given back, and those never delivered. The first go
 * first. A bit for each priority that has any leads to the highest at once. */
/* SPDX-License-Identifier: MIT */
#include "models/pc_state.h"

#define NONE MODEL_POOL_NONE

/* ---- lives ---- */

static void begin_life(struct model_pc *queue, uint32_t index)
{
    sim_time expires = model_pc_slot_at(queue, index)->expires;

    SIM_ASSERT(model_pc_slot_at(queue, index)->state != MODEL_PC_FREE);
    if (expires != SIM_NEVER && !model_deadlines_has(&queue->lives, index)) {
        model_deadlines_insert(&queue->lives, expires, index);
    }
}

static void end_life(struct model_pc *queue, uint32_t index)
{
    SIM_ASSERT(model_pc_slot_at(queue, index)->state != MODEL_PC_FREE);
    if (model_deadlines_has(&queue->lives, index)) {
        model_deadlines_remove(&queue->lives, index);
    }
}

/* ---- waiting ---- */

static struct model_pc_list *list_of(struct model_pc *queue, const struct model_pc_slot *slot)
{
    struct model_pc_waiting *waiting = &queue->waiting[slot->priority];

    SIM_ASSERT(slot->priority < MODEL_PC_PRIORITIES);
    return slot->was_given_back ? &waiting->returned : &waiting->fresh;
}

void model_pc_put_waiting(struct model_pc *queue, uint32_t index, struct model_outbox *outbox)
{
    struct model_pc_slot *slot = model_pc_slot_at(queue, index);

    SIM_ASSERT(slot->state != MODEL_PC_WAITING);
    slot->state = MODEL_PC_WAITING;
    model_pc_list_push(queue, list_of(queue, slot), index);
    queue->waiting_priorities |= 1U << slot->priority;
    begin_life(queue, index);
    if (queue->counts.waiting == 0 && outbox != NULL && model_pc_is_gate_open(queue)) {
        model_outbox_add(outbox, MODEL_READY, 0);
    }
    queue->counts.waiting++;
}

void model_pc_take_waiting(struct model_pc *queue, uint32_t index)
{
    const struct model_pc_slot *slot = model_pc_slot_at(queue, index);
    const struct model_pc_waiting *waiting = &queue->waiting[slot->priority];

    SIM_ASSERT(slot->state == MODEL_PC_WAITING && queue->counts.waiting > 0);
    model_pc_list_remove(queue, list_of(queue, slot), index);
    if (waiting->returned.first == NONE && waiting->fresh.first == NONE) {
        queue->waiting_priorities &= ~(1U << slot->priority);
    }
    end_life(queue, index);
    queue->counts.waiting--;
}

static uint32_t first_of(const struct model_pc_waiting *waiting)
{
    SIM_ASSERT(waiting->returned.first != NONE || waiting->fresh.first != NONE);
    return waiting->returned.first != NONE ? waiting->returned.first : waiting->fresh.first;
}

uint32_t model_pc_first_waiting(const struct model_pc *queue)
{
    uint32_t priorities = queue->waiting_priorities;

    SIM_ASSERT((priorities == 0) == (queue->counts.waiting == 0));
    return priorities == 0 ? NONE : first_of(&queue->waiting[31 - __builtin_clz(priorities)]);
}

uint32_t model_pc_least_waiting(const struct model_pc *queue)
{
    uint32_t priorities = queue->waiting_priorities;

    SIM_ASSERT((priorities == 0) == (queue->counts.waiting == 0));
    return priorities == 0 ? NONE : first_of(&queue->waiting[__builtin_ctz(priorities)]);
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
    begin_life(queue, index);
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
