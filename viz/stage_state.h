/* viz/stage_state.h - the inside of a stage: what the files of viz/stage.h share, and nobody else
 * reads. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_STAGE_STATE_H
#define VIZ_STAGE_STATE_H

#include "viz/checkpoint.h"
#include "viz/observer.h"
#include "viz/stage.h"

/* When to stop, besides at `until`. */
enum viz_aim {
    VIZ_AIM_TIME,
    VIZ_AIM_EVENTS,
    VIZ_AIM_EFFECT,
    VIZ_AIM_INCIDENT,
};

struct viz_stage {
    struct viz_job *job;
    struct viz_feed *feed;
    struct cli_channel *channel;
    script_runtime *runtime;
    struct world *world;
    viz_observer *observer;
    struct viz_hand hand;
    struct viz_frame frame;
    enum viz_phase phase;
    enum viz_aim aim;
    sim_time until; /* while SEEKING or PLAYING */
    uint64_t events_aim;
    uint64_t effects_aim;
    uint32_t incidents_aim;
    uint64_t speed_permille;
    sim_time probe_next;
    uint64_t probe_count;
    uint32_t rows_in_frame; /* posted since the last frame */
    int64_t inspected;
    uint64_t epoch;
    struct viz_checkpoints checkpoints;
    sim_time anchor_now; /* virtual, and on the machine's clock, at which the pace counts from */
    sim_time anchor_wall;
    sim_time posted_now; /* the same, of the last frame */
    sim_time posted_wall;
    char reason[VIZ_LABEL_SIZE];
    char error[sizeof(((struct viz_frame *)NULL)->error)];
    bool is_changed; /* since the last frame */
    bool plays_on;   /* when it is where it is to start */
};

static inline bool viz_stage_is_moving(const struct viz_stage *stage)
{
    return stage->phase == VIZ_PHASE_PLAYING || stage->phase == VIZ_PHASE_SEEKING;
}

static inline sim_time viz_stage_duration(const struct viz_stage *stage)
{
    return viz_observer_topology(stage->observer)->duration;
}

/* Messages that have had their effect so far. */
static inline uint64_t viz_stage_effect_count(const struct viz_stage *stage)
{
    const sim_histogram *histogram = stage->world->latency->histogram;

    return histogram != NULL ? sim_histogram_count(histogram) : 0;
}

/* ---- stage.c ---- */

/* The pace counts from here. */
void viz_stage_set_anchor(struct viz_stage *stage);

/* Goes on in this way to `until` at most; nothing, at the end or after a mistake. */
void viz_stage_set_out(struct viz_stage *stage, enum viz_phase phase, sim_time until);

/* The clock stands where it was told to. */
void viz_stage_arrive(struct viz_stage *stage);

void viz_stage_halt(struct viz_stage *stage, enum viz_phase phase);

/* ---- stage_command.c ---- */

void viz_stage_take_commands(struct viz_stage *stage);

/* Has done what the order names and was not done yet, and sets out for where it wants to be. */
void viz_stage_carry_out(struct viz_stage *stage, const struct viz_order *order);

#endif
