/* viz/observer.h - in the worker: turns the running world into what the feed carries.
 *
 * It looks at measures and at packets, and changes nothing: a run has the same digest with it and
 * without. It is told to probe at equal distances of virtual time, VIZ_PROBES of them in a sampling
 * interval, so what it says does not depend on how fast the run goes. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_OBSERVER_H
#define VIZ_OBSERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "lua/runtime.h"
#include "viz/feed.h"

#define VIZ_PROBES 20

typedef struct viz_observer viz_observer;

/* The runtime, just loaded, is borrowed. */
viz_observer *viz_observer_create(const script_runtime *runtime);
void viz_observer_destroy(viz_observer *observer);

/* What is known of the topology. Edges are found where packets are: viz_observer_find_edges(). */
const struct viz_topology *viz_observer_topology(const viz_observer *observer);

/* Enters the ways that packets take now. Returns whether one is new. O(packets). */
bool viz_observer_find_edges(viz_observer *observer);

/* Enters the edges that another observer, of the same scenario, has found. */
void viz_observer_take_edges(viz_observer *observer, const struct viz_topology *topology);

/* Just before virtual time reaches a multiple of interval / VIZ_PROBES. */
void viz_observer_probe(viz_observer *observer);

/* After the probe at the end of a sampling interval: its row. O(buckets of a histogram x 100). */
void viz_observer_row(viz_observer *observer, struct viz_row *out_row);

/* This message is always among the dots; 0: none is followed. */
void viz_observer_follow(viz_observer *observer, uint64_t message_plus_one);

/* The frame as it is now, but for the phase, the speed and the error. O(packets + nodes). */
void viz_observer_frame(viz_observer *observer, struct viz_frame *out_frame);

/* The figures of a node. O(measures). */
void viz_observer_inspect(
    const viz_observer *observer, uint32_t node, struct viz_inspection *out_inspection);

#endif
