/* Nothing is kept between messages: a message is a function of its number among those of its node,
 * whose streams are its own. */
/* SPDX-License-Identifier: MIT */
#include "world/recipe.h"

#include <float.h>

/* The nearest integer, and the nearest that fits where there is none. */
static int64_t rounded(double value)
{
    const double limit = 9e18;

    return (int64_t)(CLAMP(value, -limit, limit) + (value < 0 ? -0.5 : 0.5));
}

static struct world_recipe_part part_of(
    const struct sim_dist *dist, double scale, const struct world_node *node, const char *use)
{
    bool is_constant = dist->kind == SIM_DIST_CONSTANT;

    SIM_ASSERT(!is_constant || dist->parameters[0] <= DBL_MAX);
    return (struct world_recipe_part){
        .stream = world_node_stream(node, use),
        .scale = scale,
        .constant = is_constant ? rounded(dist->parameters[0] * scale) : 0,
        .is_constant = is_constant,
    };
}

void world_recipe_open(
    struct world_recipe *recipe,
    const struct world_recipe_config *config,
    const struct world_node *node)
{
    SIM_ASSERT(config->attribute_count <= MODEL_ATTRIBUTE_COUNT);
    recipe->config = *config;
    recipe->key = part_of(&config->key, 1, node, "key");
    recipe->value = part_of(&config->value, 1.0 / MAX(config->value_per, 1), node, "value");
    for (uint32_t i = 0; i < config->attribute_count; i++) {
        g_autofree char *use = g_strdup_printf("attribute%u", i + 1);
        double scale = config->is_time[i] ? 1000 : 1;
        recipe->attributes[i] = part_of(&config->attributes[i], scale, node, use);
    }
}

static int64_t draw(
    const struct world_recipe_part *part, const struct sim_dist *dist, uint64_t number)
{
    SIM_ASSERT(part->is_constant == (dist->kind == SIM_DIST_CONSTANT));
    return part->is_constant ? part->constant
                             : rounded(sim_dist_draw_of(dist, &part->stream, number) * part->scale);
}

struct model_message world_recipe_compose(
    const struct world_recipe *recipe, uint64_t id, sim_time born)
{
    const struct world_recipe_config *config = &recipe->config;
    struct model_message message = {.id = id, .born = born, .size = config->size};
    uint64_t number = model_message_sequence(id);

    SIM_ASSERT(born >= 0);
    message.key = (uint64_t)MAX(draw(&recipe->key, &config->key, number), 0);
    message.value = draw(&recipe->value, &config->value, number);
    for (uint32_t i = 0; i < config->attribute_count; i++) {
        int64_t drawn = draw(&recipe->attributes[i], &config->attributes[i], number);
        message.attributes[i] = (uint32_t)CLAMP(drawn, 0, (int64_t)UINT32_MAX);
    }
    return message;
}
