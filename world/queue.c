/* Which model is made where. */
/* SPDX-License-Identifier: MIT */
#include "world/queue.h"

struct world_queue *world_queue_create(
    enum world_queue_model model,
    const struct model_pc_config *config,
    const struct model_store *store)
{
    switch (model) {
    case WORLD_QUEUE_PRODUCER_CONSUMER:
        return world_queue_pc_create(config, store);
    case WORLD_QUEUE_POINT_TO_POINT:
        SIM_ASSERT(store == NULL);
        return world_queue_p2p_create(config);
    }
    sim_assert_failed("a model", __FILE__, __LINE__);
}
