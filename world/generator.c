/* The node around the work (world/generator_serve.c): its life, its parts and its peers. */
/* SPDX-License-Identifier: MIT */
#include "world/generator.h"

#include <stdlib.h>

#include "world/datacenter.h"
#include "world/generator_state.h"

static world_generator *from_node(struct world_node *node)
{
    return (world_generator *)node; /* the node is its first member */
}

bool world_generator_is_active(const world_generator *generator)
{
    return generator->node.up &&
           (generator->singleton == NULL || world_singleton_is_active(generator->singleton));
}

/* ---- a node's life ---- */

static bool is_complete(const struct world_node *node, GError **error)
{
    const world_generator *generator = (const world_generator *)node;

    SIM_ASSERT(node->type->is_complete == is_complete);
    if (generator->desk.target == NULL) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_ROUTE,
            "generator %s writes to no book of orders: connect it with tb.connect(generator, "
            "orders)",
            node->path);
    }
    return generator->desk.target != NULL;
}

/* Its consumer and its singleton are a part of the same process. */
static bool attach(
    struct world_node *node, const struct world_node *other, const char *does, GError **error)
{
    world_generator *generator = from_node(node);

    if (!g_str_equal(does, WORLD_CHARGES_TO) || !g_str_equal(other->type->name, "consumer")) {
        return true;
    }
    if (generator->intake != NULL) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_ROUTE,
            "generator %s takes rules from one consumer, and has one already",
            node->path);
        return false;
    }
    SIM_ASSERT(other->world == node->world);
    generator->intake = (world_consumer *)world_node_at(node->world, other->index);
    if (generator->singleton != NULL) {
        world_consumer_leave(generator->intake);
    }
    return true;
}

/* Again and again, as long as the world stands. */
static void look_again(void *context, uint64_t payload)
{
    world_generator *generator = context;

    SIM_ASSERT(payload == 0);
    if (world_node_postpones(&generator->node, look_again, generator, payload)) {
        return;
    }
    if (generator->node.up) {
        world_generator_look(generator);
    }
    (void)sim_run_after(
        &generator->node.world->run, generator->config.look_every, look_again, generator, 0);
}

static void begin_life(struct world_node *node)
{
    world_generator *generator = from_node(node);

    world_order_desk_open(&generator->desk);
    generator->was_active = false;
    world_node_up(node);
    SIM_ASSERT(generator->batch_count == 0);
    world_generator_look(generator);
}

static void start(struct world_node *node)
{
    begin_life(node);
    look_again(from_node(node), 0);
}

/* Whoever gave rules to its last life is told that this one takes none, until it is its turn. */
static void restart(struct world_node *node)
{
    const world_generator *generator = from_node(node);

    begin_life(node);
    if (generator->intake != NULL) {
        world_node_restart(world_consumer_node(generator->intake));
        if (!generator->was_active) {
            world_consumer_leave(generator->intake);
        }
    }
    if (generator->singleton != NULL) {
        world_node_restart(world_singleton_node(generator->singleton));
    }
    SIM_ASSERT(node->up);
}

static void crash(struct world_node *node)
{
    world_generator *generator = from_node(node);

    world_generator_forget_all(generator);
    world_order_desk_crash(&generator->desk);
    if (generator->intake != NULL) {
        world_node_crash(world_consumer_node(generator->intake));
    }
    if (generator->singleton != NULL) {
        world_node_crash(world_singleton_node(generator->singleton));
    }
    SIM_ASSERT(generator->waiting_count == 0);
}

static void verify(const struct world_node *node)
{
    const world_generator *generator = (const world_generator *)node;
    uint32_t in_service = 0;
    uint32_t waiting = 0;

    for (int i = 0; i < WORLD_GENERATOR_PRIORITIES; i++) {
        world_fifo_check(&generator->waiting[i]);
        waiting += generator->waiting[i].count;
    }
    for (uint32_t i = 0; i < generator->config.window; i++) {
        in_service += generator->jobs[i].state == WORLD_JOB_IN_SERVICE;
    }
    world_order_desk_check(&generator->desk);
    SIM_ASSERT(waiting == generator->waiting_count);
    SIM_ASSERT(in_service == generator->batch_count);
    SIM_ASSERT((in_service > 0) == generator->is_busy);
    SIM_ASSERT(node->up == (generator->desk.copy != NULL));
}

static void destroy(struct world_node *node)
{
    world_generator *generator = from_node(node);

    for (int i = 0; i < WORLD_GENERATOR_PRIORITIES; i++) {
        world_fifo_finish(&generator->waiting[i]);
    }
    world_order_desk_finish(&generator->desk);
    world_batch_destroy(generator->work);
    world_node_finish(node);
    free(generator->jobs);
    free(generator->batch);
    g_free(generator);
}

static const struct world_node_type generator_node_type = {
    .name = "generator",
    .feels = WORLD_FEELS_PAUSE | WORLD_FEELS_SLOW | WORLD_FEELS_SKEW,
    .is_complete = is_complete,
    .attach = attach,
    .start = start,
    .receive = world_generator_receive,
    .crash = crash,
    .restart = restart,
    .verify = verify,
    .destroy = destroy,
};

static void open_counters(world_generator *generator)
{
    const struct world_node *node = &generator->node;

    generator->counters = (struct world_generator_counters){
        .decided = world_node_counter(node, "decided", "rules"),
        .failed = world_node_counter(node, "failed", "rules"),
        .passed_on = world_node_counter(node, "passed_on", "rules"),
        .dropped = world_node_counter(node, "dropped", "rules"),
        .batches = world_node_counter(node, "batches", "batches"),
        .waiting = world_node_gauge(node, "waiting", "rules"),
        .busy = world_node_gauge(node, "busy", "servers"),
        .wait = world_node_tally(node, "wait", "ns"),
        .response = world_node_tally(node, "response", "ns"),
    };
    SIM_ASSERT(generator->counters.decided->value == 0);
}

world_generator *world_generator_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_generator_config *config,
    GError **error)
{
    world_generator *generator = g_new0(world_generator, 1);

    SIM_ASSERT(config->window > 0 && config->batch_max > 0 && config->look_every > 0);
    generator->config = *config;
    if (!world_node_init(&generator->node, &generator_node_type, datacenter, name, error)) {
        g_free(generator);
        return NULL;
    }
    world_order_desk_init(
        &generator->desk, &generator->node, config->book, config->window, world_generator_overdue);
    generator->desk.answers = config->answers;
    generator->service = world_node_stream(&generator->node, "service");
    generator->jobs = sim_allocate(config->window, sizeof(*generator->jobs));
    generator->batch = sim_allocate(MAX(config->batch_max, 1), sizeof(uint32_t));
    generator->work = world_batch_create();
    generator->gathers_until = SIM_NEVER;
    world_generator_free_jobs(generator);
    world_alarm_init(
        &generator->gather, &datacenter->world->run, world_generator_gathered, generator);
    open_counters(generator);
    return generator;
}

bool world_generator_connect(world_generator *generator, struct world_node *target, GError **error)
{
    SIM_ASSERT(!generator->node.world->started);
    if (!world_link_connect(
            &generator->node, "writes to", target, &generator->desk.target, error)) {
        return false;
    }
    generator->desk.pipe = world_link_pipe(&generator->node, target);
    if (g_str_equal(target->type->name, "singleton")) {
        generator->singleton = (world_singleton *)target;
        if (generator->intake != NULL) {
            world_consumer_leave(generator->intake);
        }
    }
    return true;
}

bool world_generator_know(world_generator *generator, world_generator *peer, GError **error)
{
    uint32_t region = peer->config.region;
    struct world_node *known = NULL;

    SIM_ASSERT(region > 0 && region != generator->config.region);
    SIM_ASSERT(generator->desk.book == peer->desk.book && generator->peers[region] == NULL);
    if (!world_link_connect(&generator->node, "asks", &peer->node, &known, error)) {
        return false;
    }
    generator->peers[region] = peer;
    generator->to_peers[region] = world_link_pipe(&generator->node, &peer->node);
    return true;
}

struct world_node *world_generator_node(world_generator *generator)
{
    return &generator->node;
}
