/* world/coordinator.h - gives one candidate at a time the lease to be the only one.
 *
 * The lease counts by the coordinator's clock; the holder renews it before it ends, and whoever
 * asks first after it has ended is the next. Each new holder gets a fencing token that is higher
 * than any before. What is volatile is who holds it: so after a crash the coordinator waits for one
 * lease before it gives it away, and begins its tokens with the number of its life. (Gray and
 * Cheriton, "Leases", SOSP 1989; the token as in Burrows, "The Chubby lock service", OSDI 2006,
 * section 2.4.) */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_COORDINATOR_H
#define WORLD_COORDINATOR_H

#include "world/node.h"

struct world_coordinator_config {
    sim_time lease; /* > 0 */
};

typedef struct world_coordinator world_coordinator;

world_coordinator *world_coordinator_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_coordinator_config *config,
    GError **error);

struct world_node *world_coordinator_node(world_coordinator *coordinator);

#endif
