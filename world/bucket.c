/* The level as of `since`; whatever came since then is added when somebody asks. */
/* SPDX-License-Identifier: MIT */
#include "world/bucket.h"

bool world_bucket_is_valid(const struct world_bucket_config *config)
{
    return config->tokens > 0 && config->period > 0 && config->burst > 0 &&
           config->period <= WORLD_BUCKET_UNITS_MAX / config->burst;
}

static int64_t level_max(const struct world_bucket_config *config)
{
    SIM_ASSERT(world_bucket_is_valid(config));
    return config->period * config->burst;
}

struct world_bucket world_bucket_full(const struct world_bucket_config *config, sim_time now)
{
    return (struct world_bucket){.level = level_max(config), .since = now};
}

static int64_t level_at(
    const struct world_bucket *bucket, const struct world_bucket_config *config, sim_time now)
{
    int64_t lack = level_max(config) - bucket->level;

    SIM_ASSERT(now >= bucket->since && lack >= 0);
    sim_uint128 gain = (sim_uint128)(uint64_t)(now - bucket->since) * config->tokens;
    return gain >= (uint64_t)lack ? level_max(config) : bucket->level + (int64_t)gain;
}

sim_time world_bucket_wait(
    const struct world_bucket *bucket, const struct world_bucket_config *config, sim_time now)
{
    int64_t lack = config->period - level_at(bucket, config, now);

    SIM_ASSERT(config->tokens > 0);
    return lack <= 0 ? 0 : (lack + config->tokens - 1) / config->tokens;
}

void world_bucket_take(
    struct world_bucket *bucket, const struct world_bucket_config *config, sim_time now)
{
    bucket->level = level_at(bucket, config, now) - config->period;
    bucket->since = now;
    SIM_ASSERT(bucket->level >= -WORLD_BUCKET_UNITS_MAX);
}

bool world_bucket_is_full(
    const struct world_bucket *bucket, const struct world_bucket_config *config, sim_time now)
{
    return level_at(bucket, config, now) == level_max(config);
}
