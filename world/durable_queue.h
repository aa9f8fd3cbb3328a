/* world/durable_queue.h - a queue whose journal is a node's: read back after a crash, or looked at.
 */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_DURABLE_QUEUE_H
#define WORLD_DURABLE_QUEUE_H

#include "world/durable.h"
#include "world/queue.h"

/* Opens the journal and makes a queue on it, which holds what the journal had kept and must still
 * be told that it is recovered. Returns NULL when the journal cannot be used: it is closed then,
 * and an incident noted. */
struct world_queue *world_durable_queue_open(
    struct world_durable *durable, const struct world_queue_config *config, sim_time *out_duration);

/* A queue with the messages that an opening would find now, good for a visit only. NULL when the
 * journal cannot be used. Only while it is closed. */
struct world_queue *world_durable_queue_peek(
    const struct world_durable *durable, const struct world_queue_config *config);

#endif
