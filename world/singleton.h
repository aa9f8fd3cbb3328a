/* world/singleton.h - one of several candidates for a service of which only one may work.
 *
 * Stands where the service stands, between who asks and the resource that it works on. It asks the
 * coordinator for the lease again and again, and works while it believes that it holds it: by its
 * own clock, from the moment it asked. What comes while it does not is turned away: a send is told
 * "full", a write or read "no", a charge is left to its lease at the queue.
 *
 * Between taking a request and passing it on lies its work, and a pause or a clock that is slow may
 * lie there too: then it acts though another holds the lease. So each request goes on under the
 * token of the lease, and the resource's fence (world/fence.h) has the last word; a candidate that
 * is fenced steps down. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_SINGLETON_H
#define WORLD_SINGLETON_H

#include "sim/dist.h"
#include "world/consumer.h"
#include "world/node.h"

struct world_singleton_config {
    sim_time asks_after;  /* the start of the run: who asks first is most likely elected; >= 0 */
    sim_time renew_every; /* well below the lease; > 0 */
    sim_time margin;      /* it stops believing so much before the lease ends */
    struct sim_dist work; /* seconds from taking a request to passing it on */
    bool is_rechecking;   /* it looks at its lease again when the work is done */
    uint32_t window;      /* requests under way unanswered that it remembers */
};

typedef struct world_singleton world_singleton;

world_singleton *world_singleton_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_singleton_config *config,
    GError **error);

/* What it works on, and who gives it the lease. Each once, before the run. Fails when no link joins
 * the two. */
SIM_MUST_USE bool world_singleton_connect(
    world_singleton *singleton, struct world_node *resource, GError **error);
SIM_MUST_USE bool world_singleton_contend(
    world_singleton *singleton, struct world_node *coordinator, GError **error);

/* The consumer works while the singleton believes that it holds the lease: it takes messages from
 * then on, and stops when that is over; what it has in hand by then it is still done with. Once,
 * before the run. */
SIM_MUST_USE bool world_singleton_lead(
    world_singleton *singleton, world_consumer *consumer, GError **error);

struct world_node *world_singleton_node(world_singleton *singleton);

/* Does it believe that it holds the lease? */
bool world_singleton_is_active(const world_singleton *singleton);

#endif
