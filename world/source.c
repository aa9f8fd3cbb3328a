/* One event is pending: the next birth. */
/* SPDX-License-Identifier: MIT */
#include "world/source.h"

#define FACTOR_LEAST 1e-3 /* that a process takes, but for 0 */

void world_source_init(
    struct world_source *source,
    const struct world_source_config *config,
    struct world_node *node,
    world_birth_fn *birth)
{
    SIM_ASSERT(
        (config->process != NULL) + (config->recorded != NULL) + (config->feed != NULL) == 1);
    *source = (struct world_source){
        .config = *config,
        .node = node,
        .birth = birth,
        .factor = 1,
        .strain = 1,
    };
    if (config->process != NULL) {
        struct sim_dist_error problem;
        const struct sim_arrivals_config *process =
            world_share(node->world, config->process, sizeof(*process));
        source->arrivals = g_new(struct sim_arrivals, 1);
        bool is_valid = sim_arrivals_init(
            source->arrivals, process, world_node_stream(node, "interval"), &problem);
        SIM_ASSERT(is_valid);
        source->config.process = NULL;
    }
    if (config->feed != NULL) {
        if (config->feed->sources == NULL) {
            config->feed->sources = g_ptr_array_new();
        }
        g_ptr_array_add(config->feed->sources, source);
    }
}

void world_source_init_like(
    struct world_source *source,
    const struct world_source *like,
    struct world_node *node,
    world_birth_fn *birth)
{
    SIM_ASSERT(like->arrivals != NULL && !node->world->started);
    *source = *like;
    source->node = node;
    source->birth = birth;
    source->arrivals = g_memdup2(like->arrivals, sizeof(*like->arrivals));
}

void world_source_finish(struct world_source *source)
{
    SIM_ASSERT(source->node != NULL);
    g_free(source->arrivals);
}

static void schedule(struct world_source *source);

static void bear(void *context, uint64_t payload)
{
    struct world_source *source = context;

    SIM_ASSERT(payload == 0);
    source->birth(source->node, source->arrivals == NULL ? &source->entry : NULL);
    schedule(source);
}

static sim_time next(struct world_source *source)
{
    sim_time now = source->node->world->run.now;

    if (source->arrivals != NULL) {
        return sim_arrivals_next(source->arrivals, now);
    }
    if (source->config.recorded == NULL ||
        !source->config.recorded(source->config.context, &source->entry)) {
        return SIM_NEVER;
    }
    SIM_ASSERT(source->entry.time >= now);
    return source->entry.time;
}

static void schedule(struct world_source *source)
{
    struct sim_run *run = &source->node->world->run;
    sim_time time = next(source);

    SIM_ASSERT(time >= run->now);
    source->event = (struct sim_event_id){0};
    if (time != SIM_NEVER) {
        source->event = sim_run_after(run, time - run->now, bear, source, 0);
    }
}

void world_feed_finish(struct world_feed *feed)
{
    if (feed->sources != NULL) {
        g_ptr_array_unref(feed->sources);
    }
    feed->sources = NULL;
}

void world_feed_bear(const struct world_feed *feed, const struct sim_recording_entry *entry)
{
    for (uint32_t i = 0; feed->sources != NULL && i < feed->sources->len; i++) {
        struct world_source *source = g_ptr_array_index(feed->sources, i);
        SIM_ASSERT(entry->time == source->node->world->run.now);
        source->birth(source->node, entry);
    }
}

void world_source_start(struct world_source *source)
{
    SIM_ASSERT(source->node->world->run.now == 0);
    schedule(source);
}

/* The process has a new rate from now on: the birth that is pending is drawn anew. */
static void apply(struct world_source *source)
{
    struct world *world = source->node->world;
    double factor = source->factor * source->strain;

    SIM_ASSERT(factor >= 0);
    if (factor > 0) {
        factor = MAX(factor, FACTOR_LEAST);
    }
    sim_arrivals_set_factor(source->arrivals, factor, world->run.now);
    if (world->started) {
        (void)sim_fel_cancel(world->run.fel, source->event);
        schedule(source);
    }
}

bool world_source_set_factor(struct world_source *source, double factor)
{
    if (source->arrivals == NULL) {
        return false;
    }
    SIM_ASSERT(factor >= 0);
    source->factor = factor;
    apply(source);
    return true;
}

bool world_source_set_strain(struct world_source *source, double strain)
{
    if (source->arrivals == NULL) {
        return false;
    }
    SIM_ASSERT(strain >= 0);
    source->strain = strain;
    apply(source);
    return true;
}
