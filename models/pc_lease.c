/* Joining. Numbers are few, and a search for a free one is short. */
/* SPDX-License-Identifier: MIT */
#include "models/pc_lease.h"

uint32_t model_pc_join(model_pc *queue)
{
    uint32_t number = 0;

    if (queue->is_closed) {
        return MODEL_PC_NOBODY;
    }
    while (number < queue->consumer_count && queue->consumers[number].is_joined) {
        number++;
    }
    if (number == queue->consumer_capacity) {
        uint32_t capacity = queue->consumer_capacity * 2;
        queue->consumers = sim_grow(
            queue->consumers, queue->consumer_capacity, capacity, sizeof(*queue->consumers));
        queue->consumer_capacity = capacity;
    }
    queue->consumer_count += number == queue->consumer_count ? 1 : 0;
    SIM_ASSERT(queue->consumer_count <= queue->consumer_capacity);
    queue->consumers[number] = (struct model_pc_consumer){
        .held_first = MODEL_POOL_NONE,
        .held_last = MODEL_POOL_NONE,
        .is_joined = true,
        .turn = queue->turn_next++};
    if (queue->config.has_single_active && queue->active == MODEL_POOL_NONE) {
        model_pc_activate_next(queue, NULL);
    }
    return number;
}
