/* When it is not its turn any more, or its life ends, what it has in hand is dropped: whoever asked
 * will ask again. */
/* SPDX-License-Identifier: MIT */
#include "world/generator_state.h"

/* ---- whose turn it is ---- */

/* What is under way is given up: nobody waits for it any more. */
static void give_up(world_generator *generator)
{
    for (uint32_t i = 0; i < generator->config.window; i++) {
        struct world_job *job = &generator->jobs[i];
        if (job->state == WORLD_JOB_AT_BOOK || job->state == WORLD_JOB_AT_PEER) {
            world_generator_drop(generator, job->slot);
            job->state = WORLD_JOB_GIVEN_UP;
            job->slot = WORLD_JOB_NONE;
        }
    }
    SIM_ASSERT(generator->desk.copy != NULL);
}

void world_generator_overdue(void *context)
{
    world_generator *generator = context;

    SIM_ASSERT(generator->node.up);
    give_up(generator);
    world_order_desk_read(&generator->desk);
}

static void drop_waiting(world_generator *generator)
{
    struct world_waiting first;

    for (int i = 0; i < WORLD_GENERATOR_PRIORITIES; i++) {
        while (world_fifo_pop(&generator->waiting[i], &first)) {
            world_generator_drop(generator, first.slot);
        }
    }
    generator->waiting_count = 0;
    generator->gathers_until = SIM_NEVER;
    world_alarm_cancel(&generator->gather);
    world_generator_note_waiting(generator);
    SIM_ASSERT(generator->counters.waiting->value == 0);
}

/* Another decides from now on. */
static void step_down(world_generator *generator)
{
    drop_waiting(generator);
    give_up(generator);
    for (uint32_t i = 0; i < generator->batch_count; i++) {
        world_generator_drop(generator, world_generator_close_job(generator, generator->batch[i]));
    }
    generator->batch_count = 0;
    generator->epoch++;
    world_generator_set_busy(generator, false);
    world_order_desk_rest(&generator->desk);
    if (generator->intake != NULL) {
        world_consumer_leave(generator->intake);
    }
    SIM_ASSERT(!generator->desk.is_read);
}

static void step_up(world_generator *generator)
{
    SIM_ASSERT(world_generator_is_active(generator));
    if (generator->intake != NULL) {
        world_consumer_join(generator->intake);
    }
    world_order_desk_read(&generator->desk);
}

void world_generator_look(world_generator *generator)
{
    bool is_active = world_generator_is_active(generator);

    SIM_ASSERT(generator->node.up);
    if (is_active == generator->was_active) {
        return;
    }
    generator->was_active = is_active;
    if (is_active) {
        step_up(generator);
    } else {
        step_down(generator);
    }
}

/* ---- the end of a life ---- */

void world_generator_forget_all(world_generator *generator)
{
    drop_waiting(generator);
    give_up(generator);
    for (uint32_t i = 0; i < generator->batch_count; i++) {
        world_generator_drop(generator, generator->jobs[generator->batch[i]].slot);
    }
    generator->batch_count = 0;
    generator->epoch++;
    world_generator_free_jobs(generator);
    world_generator_set_busy(generator, false);
    SIM_ASSERT(generator->waiting_count == 0);
}
