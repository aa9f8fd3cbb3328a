/* Which model is made where. */
/* SPDX-License-Identifier: MIT */
#include "world/queue.h"

struct world_queue *world_queue_create(
    const struct world_queue_config *config, const struct model_store *store)
{
    switch (config->model) {
    case WORLD_QUEUE_PRODUCER_CONSUMER:
        return world_queue_pc_create(config, store);
    case WORLD_QUEUE_POINT_TO_POINT:
        SIM_ASSERT(store == NULL);
        return world_queue_p2p_create(&config->queue);
    case WORLD_QUEUE_PUBLISH_SUBSCRIBE:
        return world_queue_ps_create(config, store);
    case WORLD_QUEUE_MVC:
        SIM_ASSERT(store == NULL);
        return world_queue_mvc_create(config);
    }
    sim_assert_failed("a model", __FILE__, __LINE__);
}

/* ---- of models that live in memory only, and where nothing happens by time alone ---- */

void world_queue_memory_committed(
    struct world_queue *queue, uint64_t position, sim_time now, struct model_outbox *outbox)
{
    SIM_ASSERT(queue != NULL && now >= 0 && outbox != NULL);
    SIM_ASSERT(position == 0);
}

void world_queue_memory_expire(struct world_queue *queue, sim_time now, struct model_outbox *outbox)
{
    SIM_ASSERT(queue != NULL && now >= 0 && outbox != NULL);
}

sim_time world_queue_memory_next_deadline(const struct world_queue *queue)
{
    SIM_ASSERT(queue != NULL);
    return SIM_NEVER;
}

bool world_queue_memory_replay(
    struct world_queue *queue, uint64_t position, const void *record, uint32_t size)
{
    SIM_ASSERT(queue != NULL && position > 0 && record != NULL && size > 0);
    return false;
}

void world_queue_memory_recovered(
    struct world_queue *queue, sim_time now, struct model_outbox *outbox)
{
    SIM_ASSERT(queue != NULL && now >= 0 && outbox != NULL);
}

uint64_t world_queue_memory_uncommitted(const struct world_queue *queue)
{
    SIM_ASSERT(queue != NULL);
    return 0;
}
