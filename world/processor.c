/* A job that comes when the level is L ends when it is L plus the job's work: that does not change
 * when others come and go, only how fast the level rises. */
/* SPDX-License-Identifier: MIT */
#include "world/processor.h"

#define FRACTION 1024

void world_processor_init(struct world_processor *processor, uint32_t cores)
{
    SIM_ASSERT(cores > 0);
    *processor = (struct world_processor){.cores = cores};
    model_deadlines_init(&processor->jobs);
}

void world_processor_finish(struct world_processor *processor)
{
    model_deadlines_finish(&processor->jobs);
}

/* Cores at work. */
static uint32_t busy(const struct world_processor *processor)
{
    uint32_t count = processor->jobs.count;

    return count < processor->cores ? count : processor->cores;
}

static int64_t level_at(const struct world_processor *processor, sim_time now)
{
    SIM_ASSERT(now >= processor->since);
    if (processor->jobs.count == 0) {
        return processor->level;
    }
    sim_uint128 work = (sim_uint128)(uint64_t)(now - processor->since) * FRACTION;
    return processor->level + (int64_t)(work * busy(processor) / processor->jobs.count);
}

static void advance(struct world_processor *processor, sim_time now)
{
    processor->level = level_at(processor, now);
    processor->since = now;
    SIM_ASSERT(processor->level >= 0);
}

void world_processor_add(
    struct world_processor *processor, uint32_t job, sim_time work, sim_time now)
{
    SIM_ASSERT(work >= 0 && work < INT64_MAX / FRACTION / 2);
    advance(processor, now);
    model_deadlines_insert(&processor->jobs, processor->level + work * FRACTION, job);
}

sim_time world_processor_next(const struct world_processor *processor)
{
    int64_t end = model_deadlines_next(&processor->jobs);

    if (processor->jobs.count == 0) {
        return SIM_NEVER;
    }
    if (end <= processor->level) {
        return processor->since;
    }
    sim_uint128 work = (sim_uint128)(uint64_t)(end - processor->level) * processor->jobs.count;
    sim_uint128 rate = (sim_uint128)FRACTION * busy(processor);
    sim_uint128 time = (work + rate - 1) / rate + (uint64_t)processor->since;
    SIM_ASSERT(rate > 0);
    return time < (uint64_t)SIM_NEVER ? (sim_time)time : SIM_NEVER;
}

bool world_processor_pop(struct world_processor *processor, sim_time now, uint32_t *out_job)
{
    int64_t level = level_at(processor, now);

    if (processor->jobs.count == 0 || model_deadlines_next(&processor->jobs) > level) {
        return false;
    }
    advance(processor, now);
    return model_deadlines_pop(&processor->jobs, processor->level, out_job);
}

void world_processor_clear(struct world_processor *processor, sim_time now)
{
    uint32_t job;

    advance(processor, now);
    while (model_deadlines_pop(&processor->jobs, SIM_NEVER, &job)) {
        SIM_ASSERT(!model_deadlines_has(&processor->jobs, job));
    }
}

void world_processor_check(const struct world_processor *processor)
{
    model_deadlines_check(&processor->jobs);
    SIM_ASSERT(processor->level >= 0 && processor->since >= 0);
}
