/* world/clerks.h - many workers who assign at once, each in a transaction with row locks.
 *
 * What a database does for an application whose every request assigns for itself: a worker searches
 * for the best free customer without a lock, then locks the two rows that it is about to change,
 * the customer's and the person's, looks whether what it found is still so, and has it written; the
 * locks are kept until that is durable. When it is not so any more it lets go and searches again.
 * All that work share the cores (world/processor.h), all that want a locked row wait
 * (world/locks.h); of a circle of waiting the youngest is aborted and begins again. No formula:
 * what contention costs is what happens. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_CLERKS_H
#define WORLD_CLERKS_H

#include "sim/dist.h"
#include "world/node.h"
#include "world/order_book.h"
#include "world/producer.h"

struct world_clerks_config {
    world_order_book *book;  /* borrowed */
    world_producer *answers; /* that users are told through, borrowed; or NULL */
    uint32_t workers;        /* > 0: requests at once */
    uint32_t window;         /* > 0: requests that wait for a worker; beyond, dropped */
    uint32_t cores;          /* > 0 */
    struct sim_dist search;  /* seconds of one core for a search */
    sim_time examine;        /* and for each free customer looked at */
    struct sim_dist write;   /* seconds of one core for each row that is locked */
    struct sim_dist hold;    /* seconds that both locks are kept besides */
    /* The customer's row is always the first. Else a search in one region, which is another part of
     * the program, locks the person's first. */
    bool is_sorted;
};

typedef struct world_clerks world_clerks;

world_clerks *world_clerks_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_clerks_config *config,
    GError **error);

/* The book. Once, before the run. Fails when no link joins the two. */
SIM_MUST_USE bool world_clerks_connect(
    world_clerks *clerks, struct world_node *book, GError **error);

struct world_node *world_clerks_node(world_clerks *clerks);

/* The check that nobody waits in a circle, looked at in every sampling interval. The same one each
 * time. */
struct world_check *world_clerks_check_deadlocks(world_clerks *clerks);

#endif
