/* world/batch.h - several rows that one request reads, and the versions that it brings back.
 *
 * A packet carries one message, which has no room for a list: it names a batch, which stands for
 * the payload of the request and of its answer. A batch belongs to whoever reads with it; each use
 * has a number of its own, so that the answer to an earlier use finds nobody. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_BATCH_H
#define WORLD_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "world/packet.h"

#define WORLD_BATCH_MAX 64 /* rows */

struct world;
struct world_versions;

struct world_batch {
    uint64_t use; /* grows with each */
    uint32_t count;
    uint64_t keys[WORLD_BATCH_MAX];
    uint64_t versions[WORLD_BATCH_MAX]; /* once the answer is there */
};

/* A new batch, empty, which the world owns; returns its number. Before the run. */
uint32_t world_batch_add(struct world *world);

struct world_batch *world_batch_at(const struct world *world, uint32_t number);

/* Has the packet, a READ, ask for what is in the batch of this number now. */
void world_batch_ask(const struct world *world, uint32_t number, struct model_message *message);

/* Rows that the message of a READ asks for: from 1 to WORLD_BATCH_MAX. */
uint32_t world_batch_count(const struct model_message *message);

/* The database has read them: sets the versions, unless the batch has another use by now. */
void world_batch_fill(
    const struct world *world,
    const struct model_message *message,
    const struct world_versions *versions);

/* Whether the message answers the use that the batch of this number is in. */
bool world_batch_is_answered(
    const struct world *world, uint32_t number, const struct model_message *message);

#endif
