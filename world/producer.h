/* world/producer.h - makes messages, and keeps each until the queue has promised it.
 *
 * Messages are born when the arrival process says so, whatever the state of the queue. Each waits
 * in the producer's volatile buffer; at most `window` are under way unconfirmed at once. What is
 * not confirmed within `timeout` is sent again after a backoff, for ever: a duplicate is the
 * receiver's to recognise, a loss nobody's. A full buffer turns new messages away, and a crash
 * takes what the buffer held; both are counted. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_PRODUCER_H
#define WORLD_PRODUCER_H

#include "world/node.h"
#include "world/recipe.h"
#include "world/rewrites.h"
#include "world/source.h"

struct world_producer_config {
    struct world_source_config source;
    struct world_recipe_config recipe;
    uint32_t buffer; /* messages that it can hold */
    uint32_t window; /* of these, under way unconfirmed */
    sim_time linger; /* how long a message may wait for others; 0: none does */
    sim_time timeout;
    sim_time backoff_first;
    sim_time backoff_max;
};

typedef struct world_producer world_producer;

world_producer *world_producer_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_producer_config *config,
    GError **error);

/* Where its messages go. Once, before the run. Fails when no link joins the two. */
SIM_MUST_USE bool world_producer_connect(
    world_producer *producer, struct world_node *broker, GError **error);

struct world_node *world_producer_node(world_producer *producer);

/* One more in the same data centre that sends to the same queue, in the same way, once that one is
 * connected; before the run.
 * Sets *error and returns NULL when the name is taken or malformed, or the queue takes no more. */
world_producer *world_producer_add_like(
    world_producer *like,
    const char *name,
    const struct world_source_config *source,
    const struct world_recipe_config *recipe,
    GError **error);

/* Its own: for the faults that change the load. */
struct world_source *world_producer_source(world_producer *producer);
const struct world_recipe_config *world_producer_recipe(const world_producer *producer);
struct world_rewrites *world_producer_rewrites(world_producer *producer);

/* One more message is born now, as if its arrival process had said so; with this key and this
 * value, unless they are NULL: then all is drawn. During the run, and not while the producer sends.
 */
struct world_producer_order {
    uint64_t key;
    int64_t value;
};
void world_producer_send(world_producer *producer, const struct world_producer_order *order);

/* Messages in the buffer. */
uint32_t world_producer_held(const world_producer *producer);

#endif
