/* world/source.h - when a producer's messages are born: an arrival process, or a recording.
 *
 * Births do not wait for anything: what a stalled queue delays is late from then on. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_SOURCE_H
#define WORLD_SOURCE_H

#include "sim/arrivals.h"
#include "sim/recording.h"
#include "world/node.h"

/* Sets *out_entry to the next entry of a recording, whose time is no earlier than those before it;
 * false when there are no more. */
typedef bool world_recorded_fn(void *context, struct sim_recording_entry *out_entry);

struct world_source_config {
    const struct sim_arrivals_config *process; /* borrowed until the source is made; or */
    world_recorded_fn *recorded;               /* this one, with `process` NULL */
    void *context;                             /* of `recorded`, borrowed */
};

/* A message is born; `recorded` is NULL unless it comes from a recording. */
typedef void world_birth_fn(void *producer, const struct sim_recording_entry *recorded);

struct world_source {
    struct world_source_config config;
    struct world_node *node;
    world_birth_fn *birth;
    double factor;                    /* of the rate: the scenario's, */
    double strain;                    /* and the faults' */
    struct sim_arrivals *arrivals;    /* of a process */
    struct sim_recording_entry entry; /* the next one of a recording */
    struct sim_event_id event;        /* the next birth */
};

/* `node` is the producer, which `birth` is called with. The process draws from the node's stream
 * "interval"; its parameters have been checked. */
void world_source_init(
    struct world_source *source,
    const struct world_source_config *config,
    struct world_node *node,
    world_birth_fn *birth);
void world_source_finish(struct world_source *source);

/* Once, when the run starts. */
void world_source_start(struct world_source *source);

/* One more message is born now, besides its own: with this key and value; its time, when it was
 * meant to be sent, is no later than now. */
static inline void world_source_offer(
    const struct world_source *source, const struct sim_recording_entry *entry)
{
    SIM_ASSERT(entry->time <= source->node->world->run.now);
    source->birth(source->node, entry);
}

/* Multiplies the rate of a process from now on: by 0, or by a thousandth at least. Returns false,
 * and changes nothing, for a recording. */
SIM_MUST_USE bool world_source_set_factor(struct world_source *source, double factor);

/* The same for faults: both factors multiply the rate. */
SIM_MUST_USE bool world_source_set_strain(struct world_source *source, double strain);

#endif
