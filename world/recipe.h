/* world/recipe.h - what a message is made of: its key, its value, its attributes.
 *
 * Each part is drawn from a stream of its own, by the message's id: so two variants of a scenario
 * see the same messages, and one part more does not change the others. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_RECIPE_H
#define WORLD_RECIPE_H

#include "models/message.h"
#include "sim/dist.h"
#include "sim/recording.h"
#include "world/node.h"

struct world_recipe_config {
    struct sim_dist key;
    struct sim_dist value;
    uint32_t value_per; /* the value drawn is that of so many messages; 0 is 1 */
    struct sim_dist attributes[MODEL_ATTRIBUTE_COUNT];
    bool is_time[MODEL_ATTRIBUTE_COUNT]; /* drawn in seconds, carried in milliseconds */
    uint32_t attribute_count;
    uint32_t size; /* of the payload, bytes */
};

struct world_recipe {
    const struct world_recipe_config *config; /* borrowed */
    struct sim_stream key;
    struct sim_stream value;
    struct sim_stream *attributes; /* NULL: there are none */
};

/* The streams are the node's: "datacenter/node/key" and so on. Once for each node. `config` is
 * borrowed for the recipe's life. */
void world_recipe_open(
    struct world_recipe *recipe,
    const struct world_recipe_config *config,
    const struct world_node *node);
void world_recipe_close(struct world_recipe *recipe);

/* Draws below 0 count as 0, but for the value's, which is rounded to the nearest integer. */
struct model_message world_recipe_compose(
    const struct world_recipe *recipe, uint64_t id, sim_time born);

/* What is recorded of the message stands in it. */
void world_recipe_record(struct model_message *message, const struct sim_recording_entry *recorded);

#endif
