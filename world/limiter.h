/* world/limiter.h - lets so many messages a second pass, in all or of each key.
 *
 * A token bucket (world/bucket.h) for all messages, or one for each key of those seen lately. What
 * is over the limit waits for its token, is refused, or is dropped. To whoever sends, the limiter
 * is what stands behind it. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_LIMITER_H
#define WORLD_LIMITER_H

#include "world/bucket.h"
#include "world/field.h"
#include "world/node.h"

/* What becomes of a message over the limit. A charge can be told neither: in both of the latter
 * cases it gets no answer, and its lease brings it again. */
enum world_limiter_over {
    WORLD_LIMITER_DELAY,  /* it passes when its token comes; refused where that is too long */
    WORLD_LIMITER_REFUSE, /* whoever sent it is told no, for good */
    WORLD_LIMITER_DROP, /* whoever sent it is told that it was accepted: it is counted as dropped */
};

struct world_limiter_config {
    struct world_bucket_config bucket;
    enum world_limiter_over over;
    int field;          /* what has a bucket of its own: world/field.h */
    uint32_t keys_max;  /* buckets at once: beyond, the key not seen for longest is forgotten */
    sim_time delay_max; /* what would wait for longer is refused */
    uint32_t window;    /* messages under way unanswered that it remembers */
};

typedef struct world_limiter world_limiter;

/* Fails when the name is malformed or taken, or the bucket is not valid. */
world_limiter *world_limiter_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_limiter_config *config,
    GError **error);

/* Where what passes goes. Once, before the run. Fails when no link joins the two. */
SIM_MUST_USE bool world_limiter_connect(
    world_limiter *limiter, struct world_node *target, GError **error);

struct world_node *world_limiter_node(world_limiter *limiter);

#endif
