/* A fault does its work through its type; here is what all have in common: counting starts and
 * stops, names, draws. */
/* SPDX-License-Identifier: MIT */
#include "world/fault.h"

#include "world/draw.h"
#include "world/world.h"

static void free_fault(void *memory)
{
    struct world_fault *fault = memory;

    fault->type->destroy(fault);
}

void world_faults_init(struct world_faults *faults)
{
    *faults = (struct world_faults){.list = g_ptr_array_new_with_free_func(free_fault)};
}

void world_faults_finish(struct world_faults *faults)
{
    g_ptr_array_unref(faults->list);
    faults->list = NULL;
}

void world_fault_init(
    struct world_fault *fault,
    const struct world_fault_type *type,
    struct world *world,
    const char *target,
    const char *drawn)
{
    SIM_ASSERT(type->begin != NULL && type->end != NULL && type->destroy != NULL);
    fault->type = type;
    fault->world = world;
    fault->name = g_strdup_printf("fault/%s/%s", type->name, target);
    char *stream = g_strdup_printf("fault/%s/%s", type->name, drawn);
    for (uint32_t n = 2;
         !sim_registry_stream_as(world->registry, fault->name, stream, &fault->stream);
         n++) {
        g_free(fault->name);
        g_free(stream);
        fault->name = g_strdup_printf("fault/%s/%s/%u", type->name, target, n);
        stream = g_strdup_printf("fault/%s/%s/%u", type->name, drawn, n);
    }
    g_free(stream);
    g_ptr_array_add(world->faults.list, fault);
}

void world_fault_free(struct world_fault *fault)
{
    SIM_ASSERT(fault->name != NULL);
    g_free(fault->name);
    g_free(fault);
}

void world_fault_start(struct world_fault *fault)
{
    SIM_ASSERT(fault->starts < UINT32_MAX);
    fault->starts++;
    if (fault->starts == 1) {
        fault->begun++;
        fault->since = fault->world->run.now;
        fault->world->faults.active++;
        fault->type->begin(fault);
    }
}

void world_fault_stop(struct world_fault *fault)
{
    if (fault->starts == 0) {
        return;
    }
    fault->starts--;
    if (fault->starts == 0) {
        SIM_ASSERT(fault->world->faults.active > 0);
        fault->world->faults.active--;
        fault->world->faults.healed = fault->world->run.now;
        fault->type->end(fault);
    }
}

static void start(void *context)
{
    world_fault_start(context);
}

static void stop(void *context)
{
    world_fault_stop(context);
}

void world_fault_plan(struct world_fault *fault, sim_time from, sim_time until, const char *label)
{
    const char *named = label == NULL ? fault->name : label;
    g_autofree char *over = g_strdup_printf("%s: over", named);

    SIM_ASSERT(from < until);
    world_incident_plan(fault->world, from, named, start, fault);
    world_incident_plan(fault->world, until, over, stop, fault);
}

bool world_fault_draws(const struct world_fault *fault, uint64_t id, double probability)
{
    struct sim_stream stream = sim_stream_of(&fault->stream, world_draw_message(fault->world, id));

    SIM_ASSERT(probability >= 0 && probability <= 1);
    return sim_stream_unit(&stream) < probability;
}

void world_faults_verify(const struct world *world)
{
    uint32_t active = 0;

    for (uint32_t i = 0; i < world->faults.list->len; i++) {
        const struct world_fault *fault = g_ptr_array_index(world->faults.list, i);
        SIM_ASSERT(fault->world == world);
        SIM_ASSERT(fault->starts == 0 || fault->begun > 0);
        SIM_ASSERT(fault->begun > 0 || fault->hit == 0);
        SIM_ASSERT(fault->since <= world->run.now);
        active += world_fault_is_active(fault);
    }
    SIM_ASSERT(active == world->faults.active);
}

void world_fault_list_add(GPtrArray **list, struct world_fault *fault)
{
    if (*list == NULL) {
        *list = g_ptr_array_new();
    }
    SIM_ASSERT(!g_ptr_array_find(*list, fault, NULL));
    g_ptr_array_add(*list, fault);
}

void world_fault_list_remove(GPtrArray *list, struct world_fault *fault)
{
    bool was_there = g_ptr_array_remove(list, fault);

    SIM_ASSERT(was_there);
}
