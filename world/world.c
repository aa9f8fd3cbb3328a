/* The world is a container: what happens in it is in the nodes. It adds one event of its own, which
 * ends every sampling interval. */
/* SPDX-License-Identifier: MIT */
#include "world/world.h"

#include <stdlib.h>
#include <string.h>

#include "world/datacenter.h"
#include "world/invariant.h"
#include "world/link.h"
#include "world/node.h"

#define NAME_LENGTH_MAX 64

GQuark world_error_quark(void)
{
    return g_quark_from_static_string("world-error");
}

static void free_node(void *node)
{
    ((struct world_node *)node)->type->destroy(node);
}

static void free_link(void *link)
{
    world_link_free(link);
}

static void free_datacenter(void *datacenter)
{
    world_datacenter_free(datacenter);
}

struct world *world_create(uint64_t seed)
{
    struct world *world = sim_allocate(1, sizeof(*world));

    sim_run_init(&world->run);
    sim_trace_init(&world->trace);
    world->registry = sim_registry_create(seed);
    world->latency = sim_registry_tally(world->registry, "latency", "ns");
    world_packets_init(&world->packets);
    world_checks_init(&world->checks);
    world_incidents_init(&world->incidents);
    world_faults_init(&world->faults);
    world->datacenters = g_ptr_array_new_with_free_func(free_datacenter);
    world->nodes = g_ptr_array_new_with_free_func(free_node);
    world->node_hashes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    world->links = g_ptr_array_new_with_free_func(free_link);
    world->seed = seed;
    world->sample_interval = SIM_SECOND;
    world->audit = world_audit_create(world);
    return world;
}

void world_destroy(struct world *world)
{
    if (world == NULL) {
        return;
    }
    world_faults_finish(&world->faults);
    g_ptr_array_unref(world->nodes);
    g_array_unref(world->node_hashes);
    g_ptr_array_unref(world->datacenters);
    g_ptr_array_unref(world->links);
    world_audit_destroy(world->audit);
    world_invariants_free(world->invariants);
    world_incidents_finish(&world->incidents);
    world_checks_finish(&world->checks);
    world_packets_finish(&world->packets);
    sim_registry_destroy(world->registry);
    sim_run_finish(&world->run);
    free(world);
}

bool world_is_complete(const struct world *world, GError **error)
{
    SIM_ASSERT(!world->started);
    for (uint32_t i = 0; i < world->nodes->len; i++) {
        const struct world_node *node = world_node_at(world, i);
        if (node->type->is_complete != NULL && !node->type->is_complete(node, error)) {
            return false;
        }
    }
    return true;
}

static void schedule_sample(struct world *world);

static void sample(void *context, uint64_t payload)
{
    struct world *world = context;

    SIM_ASSERT(payload == 0);
    world_checks_sample(world);
    sim_registry_sample(world->registry, world->run.now);
    schedule_sample(world);
}

static void schedule_sample(struct world *world)
{
    SIM_ASSERT(world->sample_interval > 0);
    (void)sim_run_after(&world->run, world->sample_interval, sample, world, 0);
}

static void start(struct world *world)
{
    SIM_ASSERT(world->run.now == 0);
    world->started = true;
    schedule_sample(world);
    for (uint32_t i = 0; i < world->nodes->len; i++) {
        world_node_start(world_node_at(world, i));
    }
}

void world_verify(const struct world *world)
{
    SIM_ASSERT(world->started || world->run.fired_count == 0);
    sim_fel_check(world->run.fel);
    world_packets_check(&world->packets);
    world_audit_check(world->audit);
    world_checks_verify(world);
    world_faults_verify(world);
    for (uint32_t i = 0; i < world->datacenters->len; i++) {
        const struct world_datacenter *datacenter = g_ptr_array_index(world->datacenters, i);
        SIM_ASSERT(datacenter->index == i && datacenter->world == world);
        world_datacenter_verify(datacenter);
    }
    for (uint32_t i = 0; i < world->links->len; i++) {
        world_link_verify(g_ptr_array_index(world->links, i));
    }
    for (uint32_t i = 0; i < world->nodes->len; i++) {
        world_node_verify(world_node_at(world, i));
    }
}

/* With -Dparanoid=true: every invariant after every event. */
static enum sim_run_end run_paranoid(struct world *world, sim_time until, uint64_t fired_max)
{
    enum sim_run_end end = SIM_RUN_LIMIT;

    SIM_ASSERT(world->started);
    while (end == SIM_RUN_LIMIT && !world->stopped && world->run.fired_count < fired_max) {
        end = sim_run_until(&world->run, until, world->run.fired_count + 1);
        world_verify(world);
    }
    return end;
}

/* Stops where one instant has no end. */
static enum sim_run_end run_guarded(struct world *world, sim_time until, uint64_t fired_max)
{
    enum sim_run_end end;
    uint64_t stop;

    do {
        sim_time since = world->run.now;
        stop = world_invariant_fired_max(world, fired_max);
        end = sim_run_until(&world->run, until, stop);
        if (end == SIM_RUN_LIMIT && stop < fired_max && !world->stopped) {
            world_invariant_still_there(world, since);
        }
    } while (end == SIM_RUN_LIMIT && stop < fired_max && !world->stopped);
    SIM_ASSERT(world->run.now <= until);
    return end;
}

enum sim_run_end world_run(struct world *world, sim_time until, uint64_t fired_max)
{
    SIM_ASSERT(until >= world->run.now);
    if (!world->started) {
        start(world);
    }
    if (SIM_PARANOID) {
        return run_paranoid(world, until, fired_max);
    }
    return run_guarded(world, until, fired_max);
}

void world_stop(struct world *world)
{
    world->stopped = true;
    sim_run_stop(&world->run);
}

void world_end(struct world *world)
{
    SIM_ASSERT(world->started);
    world_checks_end(world);
}

sim_time world_time_for(double amount, double rate)
{
    double duration = amount / rate * (double)SIM_SECOND;

    SIM_ASSERT(amount >= 0 && rate > 0);
    return duration < (double)(SIM_NEVER / 2) ? (sim_time)duration : SIM_NEVER;
}

void world_trace_content(struct world *world, uint32_t node, const struct model_message *message)
{
    uint64_t hash = sim_trace_fold(
        message->key ^ SIM_TRACE_MESSAGE, (uint64_t)message->value ^ SIM_TRACE_PLACE);

    for (uint32_t i = 0; i < MODEL_ATTRIBUTE_COUNT; i++) {
        hash = hash * SIM_TRACE_CHAIN + message->attributes[i];
    }
    hash = hash * SIM_TRACE_CHAIN + message->size;
    SIM_ASSERT(message->born <= world->run.now);
    world_trace(world, WORLD_TRACE_CONTENT, node, hash);
}

void world_trace_script(struct world *world, uint64_t what)
{
    const struct sim_trace_record record = {
        .time = world->run.now,
        .message = what,
        .node = UINT32_MAX,
        .kind = WORLD_TRACE_SCRIPT,
    };

    SIM_ASSERT(world->nodes->len < UINT32_MAX);
    sim_trace_add(&world->trace, &record);
}

void world_settled(
    struct world *world, uint32_t node, const struct world_packet *packet, struct sim_tally *tally)
{
    sim_time latency = world->run.now - packet->message.born;

    SIM_ASSERT(latency >= 0);
    if (world->invariants != NULL && !world_audit_is_settled(world->audit, packet->message.id)) {
        world_invariant_effect(world, node, &packet->message);
    }
    sim_tally_record(world->latency, latency);
    sim_tally_record(tally, latency);
    world_audit_settle(world->audit, packet->message.id, packet->group, node);
}

bool world_name_is_valid(const char *name, const char *what, GError **error)
{
    size_t length = strlen(name);
    size_t valid =
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    if (length > 0 && length <= NAME_LENGTH_MAX && valid == length) {
        return true;
    }
    g_set_error(
        error,
        WORLD_ERROR,
        WORLD_ERROR_NAME,
        "a %s cannot be called '%s': a name is 1 to %d letters, digits, '.', '_' and '-'",
        what,
        name,
        NAME_LENGTH_MAX);
    return false;
}
