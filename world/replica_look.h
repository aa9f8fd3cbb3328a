/* world/replica_look.h - what is seen of a replica from outside: its log, its measures, whether it
 * agrees with the others. For replica.c only. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_REPLICA_LOOK_H
#define WORLD_REPLICA_LOOK_H

#include "world/replica.h"

/* Gives the queue, which is new, what the log holds up to `last`. */
void world_replica_replay(const model_replica *model, uint64_t last, struct world_queue *queue);

/* Entries up to `index` are committed here: for the invariants, that every replica that has
 * committed one of them has the same. */
void world_replica_compare(struct world_replica *replica, uint64_t index);

void world_replica_open_measures(struct world_replica *replica);

/* Has the measures say what is so now; and when the model's life ends, keeps its counts. */
void world_replica_note(struct world_replica *replica);
void world_replica_settle_counts(struct world_replica *replica);

#endif
