/* world/bucket.h - a token bucket, exact in integers.
 *
 * `tokens` come in `period` ns, evenly, up to `burst`; each message takes one. So in any stretch of
 * L ns at most burst + L x tokens / period pass. A token is `period` units and every ns brings
 * `tokens` of them, so nothing is ever rounded. (Turner, "New directions in communications", 1986,
 * the leaky bucket; as a virtual schedule: ITU-T I.371.) */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_BUCKET_H
#define WORLD_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base.h"

/* The highest product of burst and period: so that no sum of two levels overflows. */
#define WORLD_BUCKET_UNITS_MAX (INT64_MAX / 4)

struct world_bucket_config {
    sim_time period;
    uint32_t tokens;
    uint32_t burst;
};

struct world_bucket {
    int64_t level; /* in units; below 0: so much is promised to those that wait */
    sim_time since;
};

/* Are all three above 0, and is the product within its bound? */
bool world_bucket_is_valid(const struct world_bucket_config *config);

/* A full one. */
struct world_bucket world_bucket_full(const struct world_bucket_config *config, sim_time now);

/* How long a message that comes now would have to wait for its token, in ns: 0, not at all. */
sim_time world_bucket_wait(
    const struct world_bucket *bucket, const struct world_bucket_config *config, sim_time now);

/* Takes a token for a message that comes now, and passes after the wait that world_bucket_wait()
 * says. */
void world_bucket_take(
    struct world_bucket *bucket, const struct world_bucket_config *config, sim_time now);

/* It would pass as many as a full one. */
bool world_bucket_is_full(
    const struct world_bucket *bucket, const struct world_bucket_config *config, sim_time now);

#endif
