/* Whose a message is, is noted by its id when it is judged, since a retraction does not say. */
/* SPDX-License-Identifier: MIT */
#include "world/score.h"

#define WHOLE 1000000

void world_score_init(struct world_score *score, const struct world_node *node)
{
    *score = (struct world_score){
        .judged = world_node_counter(node, "judged", "messages"),
        .bots = world_node_counter(node, "bots", "messages"),
        .flagged = world_node_counter(node, "flagged", "messages"),
        .retracted = world_node_counter(node, "retracted", "messages"),
        .bots_caught = world_node_counter(node, "bots_caught", "messages"),
        .wronged_value = world_node_counter(node, "wronged_value", "value"),
        .bots_value = world_node_counter(node, "bots_value", "value"),
        .caught_value = world_node_counter(node, "caught_value", "value"),
        .precision = world_node_gauge(node, "precision", "ppm"),
        .recall = world_node_gauge(node, "recall", "ppm"),
        .world = node->world,
    };
    sim_gauge_set(score->precision, WHOLE, node->world->run.now);
    sim_gauge_set(score->recall, WHOLE, node->world->run.now);
    SIM_ASSERT(score->judged->value == 0);
}

void world_score_finish(struct world_score *score)
{
    world_marks_finish(&score->bot_marks);
}

static int64_t share(uint64_t part, uint64_t whole)
{
    SIM_ASSERT(part <= whole);
    return whole == 0 ? WHOLE : (int64_t)((sim_uint128)part * WHOLE / whole);
}

static void note(struct world_score *score)
{
    sim_time now = score->world->run.now;
    uint64_t flagged = score->flagged->value + score->retracted->value;

    SIM_ASSERT(flagged <= score->judged->value);
    sim_gauge_set(score->precision, share(score->bots_caught->value, flagged), now);
    sim_gauge_set(score->recall, share(score->bots_caught->value, score->bots->value), now);
}

static void count_flag(struct world_score *score, bool is_bot, uint64_t value)
{
    if (is_bot) {
        score->bots_caught->value++;
        score->caught_value->value += value;
    } else {
        score->wronged_value->value += value;
    }
    SIM_ASSERT(score->bots_caught->value <= score->bots->value);
}

static uint64_t positive(int64_t value)
{
    return value > 0 ? (uint64_t)value : 0;
}

void world_score_judged(
    struct world_score *score, const struct model_message *message, bool is_flagged)
{
    bool is_bot = message->truth != 0;

    score->judged->value++;
    if (is_bot) {
        world_marks_set(&score->bot_marks, message->id);
        score->bots->value++;
        score->bots_value->value += positive(message->value);
    }
    if (is_flagged) {
        score->flagged->value++;
        count_flag(score, is_bot, positive(message->value));
    }
    if (is_bot || is_flagged) { /* else neither share changes */
        note(score);
    }
    SIM_ASSERT(score->bots->value <= score->judged->value);
}

void world_score_retracted(struct world_score *score, uint64_t message, int64_t value)
{
    score->retracted->value++;
    count_flag(score, world_marks_has(&score->bot_marks, message), positive(value));
    note(score);
    SIM_ASSERT(score->retracted->value <= score->judged->value);
}
