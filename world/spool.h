/* world/spool.h - the disk buffer of a collector: where messages go that cannot go on.
 *
 * Stands behind producers of its own data centre, before a queue or what stands before one. While
 * all is well it lets their messages pass, and remembers nothing: the queue answers the producer. A
 * message that is older than `age` when it comes, or comes from a producer that holds `size` or
 * more, is written to a journal instead, and confirmed when that has it: the producer's memory is
 * free again. What is in the spool goes on in its order, and is sent again until it is answered;
 * while some of it waits, or is sent again, what comes goes behind it. When it holds `capacity`, it
 * says "full".
 *
 * With `accepts` a message that the journal has is accepted: a promise. A crash takes what was not
 * synced. What a restart reads back is sent again, delivered or not, in whole segments: only who
 * de-duplicates may stand behind a spool. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_SPOOL_H
#define WORLD_SPOOL_H

#include "models/journal.h"
#include "world/node.h"

struct world_spool_config {
    sim_time age;         /* SIM_NEVER: messages of any age pass */
    uint32_t size;        /* messages; 0: any number */
    uint32_t capacity;    /* messages; > 0 */
    uint32_t window;      /* of these, under way unconfirmed; > 0 */
    sim_time timeout;     /* of the first sending; of each further one twice as long, up to */
    sim_time timeout_max; /* this; > 0 */
    bool accepts;
    struct model_journal_config journal;
};

typedef struct world_spool world_spool;

world_spool *world_spool_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_spool_config *config,
    GError **error);

/* Where messages go. Once, before the run. Fails when no link joins the two. */
SIM_MUST_USE bool world_spool_connect(
    world_spool *spool, struct world_node *target, GError **error);

struct world_node *world_spool_node(world_spool *spool);

#endif
