/* world/subscribers.h - whom a broker delivers to, each in its turn. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_SUBSCRIBERS_H
#define WORLD_SUBSCRIBERS_H

#include <glib.h>

#include "world/packet.h"
#include "world/queue.h"

struct world_subscriber {
    struct world_end_point end;
    uint32_t group;
    struct world_pipe *pipe; /* to it */
    uint32_t consumer;       /* its number in the queue */
};

struct world_subscribers {
    GArray *list;  /* of struct world_subscriber */
    uint32_t turn; /* the one that is served next */
};

void world_subscribers_init(struct world_subscribers *subscribers);
void world_subscribers_finish(struct world_subscribers *subscribers);

/* Enters a node that is new, whose `consumer` is still to be given. One that is in a new life has
 * forgotten what the old one held: it goes back at once. One that is known in this life is alive;
 * nothing, when it is known in a later one. */
void world_subscribers_admit(
    struct world_subscribers *subscribers,
    const struct world_subscriber *subscriber,
    struct world_queue *queue,
    sim_time now,
    struct model_outbox *outbox);

/* The node of this end point is no longer delivered to; what it holds goes back. Nothing, when it
 * is not known, or in a later life. */
void world_subscribers_dismiss(
    struct world_subscribers *subscribers,
    struct world_end_point end,
    struct world_queue *queue,
    sim_time now,
    struct model_outbox *outbox);

/* The one whose turn it is, and the turn passes on; there is one. Good until the next admission. */
const struct world_subscriber *world_subscribers_next(struct world_subscribers *subscribers);

void world_subscribers_clear(struct world_subscribers *subscribers);
void world_subscribers_check(const struct world_subscribers *subscribers);

#endif
