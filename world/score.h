/* world/score.h - how right a detector is: kept by the world, from the marks that no detector
 * reads.
 *
 * A message is a bot's or a person's, and flagged or not; a flag may come late, as a retraction. Of
 * those flagged the share that are bots' is the precision, of the bots' the share that are flagged
 * the recall. Nothing is ever read back from here by the simulated system. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_SCORE_H
#define WORLD_SCORE_H

#include "world/marks.h"
#include "world/node.h"

struct world_score {
    struct sim_counter *judged;
    struct sim_counter *bots;
    struct sim_counter *flagged;       /* at once */
    struct sim_counter *retracted;     /* flagged late */
    struct sim_counter *bots_caught;   /* of both, the bots' */
    struct sim_counter *wronged_value; /* of both, the value of the persons' */
    struct sim_counter *bots_value;
    struct sim_counter *caught_value;
    struct sim_gauge *precision; /* in millionths; 1,000,000 while none is flagged */
    struct sim_gauge *recall;    /* in millionths; 1,000,000 while there is none to flag */
    struct world_marks bot_marks;
    struct world *world;
};

/* The measures are the node's. */
void world_score_init(struct world_score *score, const struct world_node *node);
void world_score_finish(struct world_score *score);

/* A verdict on a message that comes for the first time. */
void world_score_judged(
    struct world_score *score, const struct model_message *message, bool is_flagged);

/* A late verdict on one that was not flagged. */
void world_score_retracted(struct world_score *score, uint64_t message, int64_t value);

#endif
