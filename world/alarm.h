/* world/alarm.h - one pending wake-up of a thing that knows when it has something to do next.
 *
 * It is only ever moved forward: an alarm that goes off too early does no harm, since whoever it
 * wakes looks at the time and sets it anew. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_ALARM_H
#define WORLD_ALARM_H

#include <stdbool.h>

#include "sim/run.h"

typedef void world_alarm_fn(void *context);

struct world_alarm {
    struct sim_run *run;
    world_alarm_fn *wake;
    void *context;
    struct sim_event_id event;
    sim_time time; /* SIM_NEVER: not set */
};

/* Not set. `run` and `context` are borrowed for the alarm's life, and it must not move. */
void world_alarm_init(
    struct world_alarm *alarm, struct sim_run *run, world_alarm_fn *wake, void *context);

/* Goes off at `time`, or before; now, when that has passed. Nothing, when it is SIM_NEVER. */
void world_alarm_set(struct world_alarm *alarm, sim_time time);

/* It goes off in time for this deadline, or at once when that has passed. */
static inline bool world_alarm_is_in_time(const struct world_alarm *alarm, sim_time deadline)
{
    SIM_ASSERT(alarm->run != NULL);
    return alarm->time <= (deadline > alarm->run->now ? deadline : alarm->run->now);
}

void world_alarm_cancel(struct world_alarm *alarm);
void world_alarm_check(const struct world_alarm *alarm);

#endif
