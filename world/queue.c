/* Which model is made where. */
/* SPDX-License-Identifier: MIT */
#include "world/queue.h"

struct world_queue *world_queue_create(
    const struct world_queue_config *config, const struct model_store *store)
{
    switch (config->model) {
    case WORLD_QUEUE_PRODUCER_CONSUMER:
        return world_queue_pc_create(&config->queue, store);
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
