/* The message's value is the use, its first attribute the batch's number, its second the count. */
/* SPDX-License-Identifier: MIT */
#include "world/batch.h"

#include "world/versions.h"
#include "world/world.h"

#define ROW_SIZE 16 /* bytes of a key and a version on the wire */

enum attribute { NUMBER, COUNT };

uint32_t world_batch_add(struct world *world)
{
    SIM_ASSERT(!world->started && world->batches->len < UINT32_MAX);
    g_ptr_array_add(world->batches, g_new0(struct world_batch, 1));
    return world->batches->len - 1;
}

struct world_batch *world_batch_at(const struct world *world, uint32_t number)
{
    SIM_ASSERT(number < world->batches->len);
    return g_ptr_array_index(world->batches, number);
}

void world_batch_ask(const struct world *world, uint32_t number, struct model_message *message)
{
    struct world_batch *batch = world_batch_at(world, number);

    SIM_ASSERT(batch->count > 0 && batch->count <= WORLD_BATCH_MAX);
    batch->use++;
    message->key = batch->keys[0];
    message->value = (int64_t)batch->use;
    message->size = batch->count * ROW_SIZE;
    message->attributes[NUMBER] = number;
    message->attributes[COUNT] = batch->count;
}

uint32_t world_batch_count(const struct model_message *message)
{
    uint32_t count = message->attributes[COUNT];

    SIM_ASSERT(count > 0 && count <= WORLD_BATCH_MAX);
    return count;
}

bool world_batch_is_answered(
    const struct world *world, uint32_t number, const struct model_message *message)
{
    SIM_ASSERT(message->value >= 0);
    return message->attributes[NUMBER] == number &&
           world_batch_at(world, number)->use == (uint64_t)message->value;
}

void world_batch_fill(
    const struct world *world,
    const struct model_message *message,
    const struct world_versions *versions)
{
    uint32_t number = message->attributes[NUMBER];
    struct world_batch *batch = world_batch_at(world, number);

    if (!world_batch_is_answered(world, number, message)) {
        return;
    }
    SIM_ASSERT(batch->count == world_batch_count(message));
    for (uint32_t i = 0; i < batch->count; i++) {
        batch->versions[i] = world_version_of(versions, batch->keys[i]).number;
    }
}
