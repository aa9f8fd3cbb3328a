/* Nothing is kept between messages: a message is a function of its number among those of its node,
 * whose streams are its own. */
/* SPDX-License-Identifier: MIT */
#include "world/recipe.h"

/* The nearest integer, and the nearest that fits where there is none. */
static int64_t rounded(double value)
{
    const double limit = 9e18;

    return (int64_t)(CLAMP(value, -limit, limit) + (value < 0 ? -0.5 : 0.5));
}

void world_recipe_open(
    struct world_recipe *recipe,
    const struct world_recipe_config *config,
    const struct world_node *node)
{
    SIM_ASSERT(config->attribute_count <= MODEL_ATTRIBUTE_COUNT);
    *recipe = (struct world_recipe){
        .config = config,
        .key = world_node_stream(node, "key"),
        .value = world_node_stream(node, "value"),
    };
    if (config->attribute_count > 0) {
        recipe->attributes = g_new(struct sim_stream, config->attribute_count);
    }
    for (uint32_t i = 0; i < config->attribute_count; i++) {
        g_autofree char *use = g_strdup_printf("attribute%u", i + 1);
        recipe->attributes[i] = world_node_stream(node, use);
    }
}

void world_recipe_close(struct world_recipe *recipe)
{
    SIM_ASSERT(recipe->config != NULL);
    g_free(recipe->attributes);
}

struct model_message world_recipe_compose(
    const struct world_recipe *recipe, uint64_t id, sim_time born)
{
    const struct world_recipe_config *config = recipe->config;
    struct model_message message = {.id = id, .born = born, .size = config->size};
    uint64_t number = model_message_sequence(id);

    SIM_ASSERT(born >= 0);
    message.key = (uint64_t)MAX(rounded(sim_dist_draw_of(&config->key, &recipe->key, number)), 0);
    message.value = rounded(
        sim_dist_draw_of(&config->value, &recipe->value, number) / MAX(config->value_per, 1));
    for (uint32_t i = 0; i < config->attribute_count; i++) {
        double drawn = sim_dist_draw_of(&config->attributes[i], &recipe->attributes[i], number);
        drawn *= config->is_time[i] ? 1000 : 1;
        message.attributes[i] = (uint32_t)CLAMP(rounded(drawn), 0, (int64_t)UINT32_MAX);
    }
    return message;
}

void world_recipe_record(struct model_message *message, const struct sim_recording_entry *recorded)
{
    _Static_assert(SIM_RECORDING_ATTRIBUTES == MODEL_ATTRIBUTE_COUNT, "one for each");

    SIM_ASSERT(recorded->time <= message->born);
    message->key = recorded->key;
    if (!recorded->lacks_value) {
        message->value = recorded->value;
    }
    for (uint32_t i = 0; i < SIM_RECORDING_ATTRIBUTES; i++) {
        if ((recorded->attributes_given >> i & 1) != 0) {
            message->attributes[i] = recorded->attributes[i];
        }
    }
}
