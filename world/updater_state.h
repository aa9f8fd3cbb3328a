/* world/updater_state.h - what the two files of the updater share: updater_serve.c, which reads and
 * tells, and updater.c, which makes an updater and has it crash and restart.
 *
 * A job is a batch of keys from their reading until the caches have them. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_UPDATER_STATE_H
#define WORLD_UPDATER_STATE_H

#include "world/alarm.h"
#include "world/batch.h"
#include "world/refreshes.h"
#include "world/updater.h"

enum world_updater_phase {
    WORLD_UPDATER_FREE,
    WORLD_UPDATER_READING,
    WORLD_UPDATER_TELLING,
};

struct world_updater_job {
    uint64_t id;
    sim_time deadline;
    uint32_t batch;
    uint32_t count;
    uint32_t refreshes[WORLD_BATCH_MAX];
    uint32_t unanswered; /* of TELLING: updates */
    enum world_updater_phase phase;
};

struct world_updater_counters {
    struct sim_counter *changes;
    struct sim_counter *coalesced; /* of the changes: another waited for the same refresh */
    struct sim_counter *refused;
    struct sim_counter *readings;
    struct sim_counter *refreshed; /* keys */
    struct sim_counter *failed;    /* readings without an answer */
    struct sim_counter *unreached; /* updates that a cache did not answer */
    struct sim_gauge *waiting;
    struct sim_tally *latency;
};

struct world_updater_cache {
    struct world_node *node;
    struct world_pipe *pipe;
};

struct world_updater {
    struct world_node node;
    struct world_updater_config config;
    struct world_updater_counters counters;
    struct world_node *behind; /* what it reads from; NULL when it pushes */
    struct world_pipe *pipe;
    struct world_updater_cache *caches;
    uint32_t cache_count;
    struct world_refreshes refreshes;
    struct world_updater_job *jobs;
    uint64_t job_ids;
    struct world_alarm alarm;
    bool is_pumping;
    struct world_check *contained; /* NULL: nobody asked for it */
    sim_time within;
};

static inline world_updater *world_updater_of(struct world_node *node)
{
    return (world_updater *)node; /* the node is its first member */
}

static inline sim_time world_updater_now(const world_updater *updater)
{
    return updater->node.world->run.now;
}

/* A packet arrives: takes the slot. */
void world_updater_receive(struct world_node *node, uint32_t slot);

/* Something may be due. The context is the updater. */
void world_updater_wake(void *context);

/* What waits, for the measure. */
void world_updater_note(world_updater *updater);

#endif
