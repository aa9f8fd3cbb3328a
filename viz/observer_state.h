/* viz/observer_state.h - the inside of an observer: what the files of viz/observer.h share, and
 * nobody else reads. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_OBSERVER_STATE_H
#define VIZ_OBSERVER_STATE_H

#include <math.h>

#include "viz/observer.h"
#include "world/watch.h"

#define VIZ_OBSERVER_NO_EDGE UINT16_MAX

struct viz_observer_node {
    const struct sim_measure *level;
    const struct sim_measure *workers; /* at work: a consumer's */
    uint32_t worker_count;
    const struct sim_measure *server; /* ns at work: a queue's */
    const struct sim_measure *through;
    const struct sim_measure *born;
    const struct sim_measure *gone[3]; /* of those born, which never get in */
    uint64_t through_before;
    uint64_t server_before;
    uint32_t rate;
    uint32_t server_percent;
    bool was_up;
};

struct viz_observer {
    const script_runtime *runtime;
    const struct world *world;
    const struct sim_measure *latency;
    struct viz_topology topology;
    struct viz_observer_node nodes[VIZ_NODES_MAX];
    uint16_t edges[VIZ_NODES_MAX][VIZ_NODES_MAX]; /* by from and to; VIZ_OBSERVER_NO_EDGE */
    struct viz_outage outages[VIZ_OUTAGES_MAX];
    uint32_t outage_count;
    bool has_fault; /* one was active at the last probe */
    uint64_t row_count;
    double inside_sum;    /* of the probes of this interval */
    double working_sum;   /* of the probes: workers at work */
    double inside_error;  /* what the probes find too much: see settle_inside() */
    uint32_t copies;      /* that each message has: one for each group of its topic */
    uint64_t repeated;    /* effects that a copy had before */
    uint64_t inside_last; /* what the books said last */
    uint32_t doubtful;    /* for so many rows more, something may be in question */
    bool has_little;      /* a message has one effect, as Little's law wants it */
    uint64_t born_before;
    const struct sim_measure *own[VIZ_SERIES_MAX]; /* of the scenario's chart */
    uint64_t own_before[VIZ_SERIES_MAX];
    uint64_t follow_plus_one; /* a message; 0: none */
    struct viz_frame *frame;  /* while one is made */
};

/* For viz_observer_create() and viz_observer_row(): observer_lesson.c. */
void viz_observer_describe_lesson(viz_observer *observer);
void viz_observer_read_own(viz_observer *observer, struct viz_row *row);

/* For viz_observer_frame(): observer_fault.c. */
void viz_observer_mark_faults(const viz_observer *observer, struct viz_frame *frame);

static inline int64_t viz_observer_gauge_of(const struct sim_measure *measure)
{
    return measure != NULL && measure->kind == SIM_MEASURE_GAUGE ? measure->gauge.value : 0;
}

static inline uint32_t viz_observer_whole(double number)
{
    return number >= (double)UINT32_MAX ? UINT32_MAX : (uint32_t)MAX(number, 0);
}

#endif
