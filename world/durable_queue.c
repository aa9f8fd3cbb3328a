/* Both replay the journal's records into a new queue. */
/* SPDX-License-Identifier: MIT */
#include "world/durable_queue.h"

static bool replay(void *context, uint64_t position, const void *record, uint32_t size)
{
    struct world_queue *queue = context;

    SIM_ASSERT(position > 0 && size > 0);
    return queue->type->replay(queue, position, record, size);
}

struct world_queue *world_durable_queue_open(
    struct world_durable *durable, const struct world_queue_config *config, sim_time *out_duration)
{
    world_durable_open(durable);

    struct world_queue *queue = world_queue_create(config, world_durable_store(durable));
    if (!world_durable_recover(durable, replay, queue, out_duration)) {
        world_queue_destroy(queue);
        return NULL;
    }
    SIM_ASSERT(*out_duration >= 0);
    return queue;
}

/* Of a queue that is only looked at. */
static uint64_t append_nothing(void *context, const void *record, uint32_t size)
{
    SIM_ASSERT(context == NULL && record != NULL);
    sim_assert_failed("a queue that is only looked at writes nothing", __FILE__, (int)size);
}

static const struct model_store nothing = {.append = append_nothing};

struct world_queue *world_durable_queue_peek(
    const struct world_durable *durable, const struct world_queue_config *config)
{
    struct world_queue *queue = world_queue_create(config, &nothing);

    SIM_ASSERT(durable->journal == NULL);
    if (!world_durable_peek(durable, replay, queue)) {
        world_queue_destroy(queue);
        return NULL;
    }
    return queue;
}
