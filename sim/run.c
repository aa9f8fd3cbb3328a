/* The clock moves here and nowhere else: to the time of the event that is about to fire, or to the
 * horizon when everything up to it has fired. */
/* SPDX-License-Identifier: MIT */
#include "sim/run.h"

#include "sim/fel_state.h"

void sim_run_init(struct sim_run *run)
{
    *run = (struct sim_run){.fel = sim_fel_create()};
}

void sim_run_finish(struct sim_run *run)
{
    SIM_ASSERT(run->fel != NULL);

    sim_fel_destroy(run->fel);
    run->fel = NULL;
}

/* Nothing is due up to the horizon. */
static enum sim_run_end rest(struct sim_run *run, sim_time horizon)
{
    SIM_ASSERT(horizon >= 0);

    if (sim_fel_count(run->fel) == 0) {
        return SIM_RUN_EMPTY;
    }
    if (horizon > run->now) {
        run->now = horizon;
    }
    return SIM_RUN_HORIZON;
}

enum sim_run_end sim_run_until(struct sim_run *run, sim_time horizon, uint64_t fired_max)
{
    struct sim_event event;

    run->fired_max = fired_max;
    while (run->fired_count < run->fired_max) {
        if (!sim_fel_take(run->fel, horizon, &event)) {
            return rest(run, horizon);
        }
        SIM_ASSERT(event.time >= run->now);

        SIM_ASSERT(event.time <= horizon);
        run->now = event.time;
        run->fired_count++;
        event.fire(event.context, event.payload);
        if (SIM_PARANOID) {
            sim_fel_check(run->fel);
        }
    }
    return SIM_RUN_LIMIT;
}

void sim_run_stop(struct sim_run *run)
{
    SIM_ASSERT(run->fired_max >= run->fired_count || run->fired_max == 0);

    run->fired_max = run->fired_count;
}

struct sim_event_id sim_run_after(
    struct sim_run *run, sim_time delay, sim_fire_fn *fire, void *context, uint64_t payload)
{
    SIM_ASSERT(delay >= 0);

    bool is_past_the_end = delay > SIM_NEVER - run->now;
    struct sim_event event = {
        .time = is_past_the_end ? SIM_NEVER : run->now + delay,
        .fire = fire,
        .context = context,
        .payload = payload,
        .class = SIM_CLASS_WORLD,
    };
    return sim_fel_add(run->fel, &event);
}
