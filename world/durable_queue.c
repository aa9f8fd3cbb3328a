/* Both replay the journal's records into a new queue. */
/* SPDX-License-Identifier: MIT */
#include "world/durable_queue.h"

static bool replay(void *context, uint64_t position, const void *record, uint32_t size)
{
    SIM_ASSERT(position > 0 && size > 0);
    return model_pc_replay(context, position, record, size);
}

model_pc *world_durable_queue_open(
    struct world_durable *durable, const struct model_pc_config *config, sim_time *out_duration)
{
    world_durable_open(durable);

    model_pc *queue = model_pc_create(config, world_durable_store(durable));
    if (!world_durable_recover(durable, replay, queue, out_duration)) {
        model_pc_destroy(queue);
        return NULL;
    }
    SIM_ASSERT(*out_duration >= 0);
    return queue;
}

model_pc *world_durable_queue_peek(
    const struct world_durable *durable, const struct model_pc_config *config)
{
    model_pc *queue = model_pc_create(config, NULL);

    SIM_ASSERT(durable->journal == NULL);
    if (!world_durable_peek(durable, replay, queue)) {
        model_pc_destroy(queue);
        return NULL;
    }
    return queue;
}
