/* The ids of the sends within the window, as a queue by time and an index by id. With a store, the
 * record of a remembered send is needed, so that a recovery can remember it too. */
/* SPDX-License-Identifier: MIT */
#include "models/pc_state.h"

static void forget_first(struct model_pc *queue)
{
    struct model_pending_entry entry = model_pending_pop(&queue->remembered);

    SIM_ASSERT(queue->by_id.count == model_pending_count(&queue->remembered) + 1);
    model_index_remove(&queue->by_id, entry.id);
    if (entry.position != 0) {
        model_horizon_remove(&queue->needed, entry.position);
    }
}

void model_pc_forget(struct model_pc *queue)
{
    sim_time window = queue->config.dedup_window;
    bool did_forget = false;

    for (const struct model_pending_entry *first = model_pending_first(&queue->remembered);
         window > 0 && first != NULL && model_pc_later(first->time, window) <= queue->now;
         first = model_pending_first(&queue->remembered)) {
        forget_first(queue);
        did_forget = true;
    }
    SIM_ASSERT(model_pending_count(&queue->remembered) <= queue->config.dedup_count);
    if (did_forget && queue->store != NULL) {
        model_pc_release_positions(queue);
    }
}

bool model_pc_is_remembered(struct model_pc *queue, uint64_t id)
{
    uint32_t value;

    if (queue->config.dedup_count == 0) {
        return false;
    }
    SIM_ASSERT(!queue->is_recovering);
    model_pc_forget(queue);
    return model_index_find(&queue->by_id, id, &value);
}

void model_pc_remember(struct model_pc *queue, uint64_t id, uint64_t position, sim_time sent)
{
    uint32_t value;

    if (queue->config.dedup_count == 0 || model_index_find(&queue->by_id, id, &value)) {
        return;
    }
    if (model_pending_count(&queue->remembered) == queue->config.dedup_count) {
        forget_first(queue);
    }
    SIM_ASSERT(model_pending_count(&queue->remembered) < queue->config.dedup_count);
    model_pending_push(
        &queue->remembered,
        (struct model_pending_entry){.id = id, .position = position, .time = sent});
    model_index_insert(&queue->by_id, id, 0);
    if (position != 0) {
        model_horizon_add(&queue->needed, position);
    }
}
