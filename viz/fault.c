/* A fault is an event of the script's class, as one that a scenario writes: so it comes before the
 * world's own events of that instant, and the run is the same either way. */
/* SPDX-License-Identifier: MIT */
#include "viz/fault.h"

#include "world/datacenter.h"
#include "world/node.h"

struct action {
    struct world *world;
    const struct viz_fault_entry *entry;
};

static bool is_of_place(uint32_t fault)
{
    return fault == VIZ_FAULT_FAIL_PLACE || fault == VIZ_FAULT_RECOVER_PLACE;
}

bool viz_fault_add(
    struct viz_fault_log *log,
    const struct viz_fault_entry *entry,
    const struct viz_topology *topology)
{
    bool is_known = entry->fault <= VIZ_FAULT_RECOVER_PLACE;
    uint32_t target_count =
        is_of_place(entry->fault) ? topology->place_count : topology->node_count;

    if (!is_known || entry->target >= target_count || log->count == VIZ_FAULTS_MAX) {
        return false;
    }
    log->entries[log->count] = *entry;
    log->count++;
    return true;
}

static void act(void *context)
{
    struct action *action = context;
    const struct viz_fault_entry *entry = action->entry;
    const GPtrArray *list =
        is_of_place(entry->fault) ? action->world->datacenters : action->world->nodes;

    SIM_ASSERT(entry->target < list->len);
    switch ((enum viz_fault)entry->fault) {
    case VIZ_FAULT_CRASH_NODE:
        world_node_crash(g_ptr_array_index(list, entry->target));
        break;
    case VIZ_FAULT_RESTART_NODE:
        world_node_restart(g_ptr_array_index(list, entry->target));
        break;
    case VIZ_FAULT_FAIL_PLACE:
        world_datacenter_fail(g_ptr_array_index(list, entry->target));
        break;
    case VIZ_FAULT_RECOVER_PLACE:
        world_datacenter_recover(g_ptr_array_index(list, entry->target));
        break;
    }
    g_free(action);
}

void viz_fault_plan(
    struct world *world, struct viz_fault_entry *entry, const struct viz_topology *topology)
{
    struct action *action = g_new(struct action, 1);
    g_autofree char *label = viz_fault_describe(entry, topology);

    SIM_ASSERT(entry->time >= world->run.now);
    *action = (struct action){.world = world, .entry = entry};
    world_incident_plan(world, entry->time, label, act, action);
}

char *viz_fault_describe(const struct viz_fault_entry *entry, const struct viz_topology *topology)
{
    static const char *const done[] = {"crashes", "restarts", "goes dark", "is back"};

    SIM_ASSERT(entry->fault < G_N_ELEMENTS(done));
    if (is_of_place(entry->fault)) {
        return g_strdup_printf("%s %s", topology->places[entry->target], done[entry->fault]);
    }
    const struct viz_node *node = &topology->nodes[entry->target];
    return g_strdup_printf(
        "%s/%s %s", topology->places[node->place], node->name, done[entry->fault]);
}

char *viz_fault_lua(const struct viz_fault_entry *entry, const struct viz_topology *topology)
{
    g_autofree char *label = viz_fault_describe(entry, topology);

    if (!is_of_place(entry->fault)) {
        return NULL;
    }
    return g_strdup_printf(
        "tb.at(\"%" G_GINT64_FORMAT "ns\", \"%s\", function() tb.datacenter(\"%s\"):%s() end)",
        entry->time,
        label,
        topology->places[entry->target],
        entry->fault == VIZ_FAULT_FAIL_PLACE ? "fail" : "recover");
}
