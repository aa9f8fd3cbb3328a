/* Slots, the lists that they are in, and what they need of the store: a slot with a position keeps
 * that position there until it is freed. */
/* SPDX-License-Identifier: MIT */
#include "models/pc_slot.h"

#define LIMIT_REFRESH_LENGTH 65536 /* positions */

/* ---- the store ---- */

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
