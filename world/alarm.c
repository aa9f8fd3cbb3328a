/* The event's context is the alarm, so the alarm knows when it has gone off. */
/* SPDX-License-Identifier: MIT */
#include "world/alarm.h"

void world_alarm_init(
    struct world_alarm *alarm, struct sim_run *run, world_alarm_fn *wake, void *context)
{
    SIM_ASSERT(wake != NULL);
    *alarm = (struct world_alarm){.run = run, .wake = wake, .context = context, .time = SIM_NEVER};
}

static void go_off(void *context, uint64_t payload)
{
    struct world_alarm *alarm = context;

    SIM_ASSERT(payload == 0 && alarm->time == alarm->run->now);
    alarm->time = SIM_NEVER;
    alarm->wake(alarm->context);
}

void world_alarm_set(struct world_alarm *alarm, sim_time time)
{
    time = time > alarm->run->now ? time : alarm->run->now; /* its owner may have been paused */
    if (time >= alarm->time) {
        return;
    }
    world_alarm_cancel(alarm);
    SIM_ASSERT(time != SIM_NEVER);
    alarm->time = time;
    alarm->event = sim_run_after(alarm->run, time - alarm->run->now, go_off, alarm, 0);
}

void world_alarm_cancel(struct world_alarm *alarm)
{
    if (alarm->time == SIM_NEVER) {
        return;
    }
    bool was_pending = sim_fel_cancel(alarm->run->fel, alarm->event);
    SIM_ASSERT(was_pending);
    alarm->time = SIM_NEVER;
}

void world_alarm_check(const struct world_alarm *alarm)
{
    SIM_ASSERT(alarm->wake != NULL);
    SIM_ASSERT(alarm->time >= alarm->run->now);
}
