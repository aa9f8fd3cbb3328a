/* A planned action is an event of the script's class; its label becomes an incident when it fires.
 */
/* SPDX-License-Identifier: MIT */
#include "world/incident.h"

#include "world/world.h"

struct plan {
    struct world *world;
    char *label;
    world_action_fn *action;
    void *context;
};

static void clear_incident(void *incident)
{
    g_free(((struct world_incident *)incident)->label);
}

static void free_plan(void *memory)
{
    struct plan *plan = memory;

    g_free(plan->label);
    g_free(plan);
}

void world_incidents_init(struct world_incidents *incidents)
{
    incidents->list = g_array_new(FALSE, FALSE, sizeof(struct world_incident));
    g_array_set_clear_func(incidents->list, clear_incident);
    incidents->plans = g_ptr_array_new_with_free_func(free_plan);
}

void world_incidents_finish(struct world_incidents *incidents)
{
    g_array_unref(incidents->list);
    g_ptr_array_unref(incidents->plans);
}

static void add_incident(struct world *world, char *label)
{
    struct world_incident incident = {.time = world->run.now};
    GArray *list = world->incidents.list;

    SIM_ASSERT(
        list->len == 0 ||
        g_array_index(list, struct world_incident, list->len - 1).time <= incident.time);
    incident.label = label;
    g_array_append_val(list, incident);
}

static void fire_plan(void *context, uint64_t payload)
{
    struct plan *plan = context;

    SIM_ASSERT(payload == 0);
    if (plan->label != NULL) {
        add_incident(plan->world, g_strdup(plan->label));
    }
    plan->action(plan->context);
}

void world_incident_plan(
    struct world *world, sim_time time, const char *label, world_action_fn *action, void *context)
{
    struct plan *plan = g_new(struct plan, 1);

    SIM_ASSERT(time >= world->run.now && action != NULL);
    *plan = (struct plan){
        .world = world,
        .label = g_strdup(label),
        .action = action,
        .context = context,
    };
    g_ptr_array_add(world->incidents.plans, plan);

    struct sim_event event = {
        .time = time,
        .fire = fire_plan,
        .context = plan,
        .class = SIM_CLASS_SCRIPT,
    };
    (void)sim_fel_insert(world->run.fel, &event);
}

void world_incident_note(struct world *world, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add_incident(world, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}
