/* The single active consumer: the joined one with the lowest turn. A fencing token is drawn from
 * the generations of leases, so it grows and is never drawn again, whatever crash comes between. */
/* SPDX-License-Identifier: MIT */
#include "models/pc_state.h"

#define NONE MODEL_POOL_NONE

bool model_pc_is_active(const struct model_pc *queue, uint32_t consumer)
{
    SIM_ASSERT(consumer < queue->consumer_count);
    return !queue->config.has_single_active || queue->active == consumer;
}

/* The joined one with the lowest turn. */
static uint32_t next_in_turn(const struct model_pc *queue)
{
    uint32_t next = NONE;

    for (uint32_t i = 0; i < queue->consumer_count; i++) {
        const struct model_pc_consumer *consumer = &queue->consumers[i];
        SIM_ASSERT(consumer->turn < queue->turn_next);
        if (consumer->is_joined && (next == NONE || consumer->turn < queue->consumers[next].turn)) {
            next = i;
        }
    }
    return next;
}

bool model_pc_has_follower(const struct model_pc *queue, uint32_t consumer)
{
    SIM_ASSERT(consumer < queue->consumer_count);
    for (uint32_t i = 0; i < queue->consumer_count; i++) {
        if (i != consumer && queue->consumers[i].is_joined) {
            return true;
        }
    }
    return false;
}

void model_pc_activate_next(struct model_pc *queue, struct model_outbox *outbox)
{
    queue->active = next_in_turn(queue);
    if (queue->active == NONE) {
        return;
    }
    SIM_ASSERT(queue->generation < queue->generation_limit);
    queue->fence = ++queue->generation;
    if (outbox != NULL && queue->counts.waiting > 0 && model_pc_is_gate_open(queue)) {
        model_outbox_add(outbox, MODEL_READY, 0);
    }
}

uint64_t model_pc_fence(const model_pc *queue, uint32_t consumer)
{
    bool has_it = queue->config.has_single_active && queue->active == consumer;

    SIM_ASSERT(!has_it || queue->fence > 0);
    return has_it && model_pc_is_gate_open(queue) ? queue->fence : 0;
}
