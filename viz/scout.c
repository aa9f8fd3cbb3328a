/* A world does not say who is connected to whom; packets do. They are looked at every few events,
 * as the links inside a data centre are fast. */
/* SPDX-License-Identifier: MIT */
#include "viz/scout.h"

#include "viz/observer.h"

#define EVENTS_MAX UINT64_C(20000)
#define SLICE      UINT64_C(50)
#define TIME_MAX   (2 * SIM_SECOND)

struct viz_topology *viz_scout(const struct script_options *options, GError **error)
{
    struct script_options alone = *options;

    alone.pauses = false;
    script_runtime *runtime = script_runtime_load(&alone, error);
    if (runtime == NULL) {
        return NULL;
    }
    const struct world *world = script_runtime_world(runtime);
    viz_observer *observer = viz_observer_create(runtime);
    sim_time until = MIN(TIME_MAX, script_runtime_scenario(runtime)->duration);
    bool is_well = true; /* what is wrong shows again in the run proper */
    while (is_well && world->run.now < until && world->run.fired_count < EVENTS_MAX) {
        uint64_t limit = world->run.fired_count + SLICE;
        is_well = script_runtime_run(runtime, until, limit, NULL);
        (void)viz_observer_find_edges(observer);
    }
    struct viz_topology *topology = g_memdup2(viz_observer_topology(observer), sizeof(*topology));
    viz_observer_destroy(observer);
    script_runtime_destroy(runtime);
    return topology;
}
