/* A clock shows virtual time plus the offsets of all skews plus what their drifts have gained; the
 * drift is one number that changes when a skew begins or ends, and what it gained before is kept.
 */
/* SPDX-License-Identifier: MIT */
#include "world/fault_node.h"
#include "world/fault_node_state.h"

#define OFFSET_MAX  (INT64_C(365) * 86400 * SIM_SECOND)
#define DRIFT_MAX   0.5
#define DRIFT_LEAST (-0.9) /* of all skews of a node together: a clock never stands still */

struct clock_fault {
    struct world_fault base;
    struct world_node *node;
    sim_time offset;
    double drift;
};

static struct clock_fault *from_fault(struct world_fault *fault)
{
    return (struct clock_fault *)fault; /* the base is its first member */
}

static const struct clock_fault *fault_at(const GPtrArray *list, uint32_t index)
{
    SIM_ASSERT(index < list->len);
    return g_ptr_array_index(list, index);
}

/* What the clock gains in each second: the sum of all drifts, which never stops it. */
static double drift_of(const struct world_node *node)
{
    double drift = 0;

    for (uint32_t i = 0; i < node->faults->skews->len; i++) {
        drift += fault_at(node->faults->skews, i)->drift;
    }
    SIM_ASSERT(drift >= -DRIFT_MAX * node->faults->skews->len);
    return MAX(drift, DRIFT_LEAST);
}

/* What the clock would show at the virtual time `now` if it knew times before 0. Grows with it. */
static sim_time reckon(const struct world_node *node, sim_time now)
{
    const struct world_fault_node *faults = node->faults;
    double gained = drift_of(node) * (double)(now - faults->drifts_since);
    sim_time shown = now + faults->gained + (sim_time)(gained < 0 ? gained - 0.5 : gained + 0.5);

    SIM_ASSERT(now >= faults->drifts_since);
    for (uint32_t i = 0; i < faults->skews->len; i++) {
        shown += fault_at(faults->skews, i)->offset;
    }
    return shown;
}

/* The drift is about to change: what it has gained so far stays, until the last skew is over. */
static void settle_drift(struct world_node *node)
{
    struct world_fault_node *faults = node->faults;
    sim_time now = node->world->run.now;
    double gained = drift_of(node) * (double)(now - faults->drifts_since);

    SIM_ASSERT(now >= faults->drifts_since);
    faults->gained += (sim_time)gained;
    faults->gained = faults->skews->len == 0 ? 0 : faults->gained;
    faults->drifts_since = now;
}

sim_time world_fault_node_clock(const struct world_node *node, sim_time now)
{
    world_fault_node_count_hit(node->faults->skews);
    SIM_ASSERT(node->is_skewed);
    return MAX(reckon(node, now), 0);
}

/* Estimated, and then moved to the first instant that shows it. */
sim_time world_fault_node_when(const struct world_node *node, sim_time time)
{
    sim_time now = node->world->run.now;
    sim_time shown = reckon(node, now);

    if (time <= shown || time == SIM_NEVER) {
        return time == SIM_NEVER ? SIM_NEVER : now;
    }
    double ahead = ((double)time - (double)shown) / (1 + drift_of(node));
    if (ahead >= (double)(SIM_NEVER / 4 - now)) {
        return SIM_NEVER;
    }
    sim_time when = now + (sim_time)ahead;
    while (reckon(node, when) < time) {
        when++;
    }
    while (when > now && reckon(node, when - 1) >= time) {
        when--;
    }
    SIM_ASSERT(when > now && when < SIM_NEVER);
    return when;
}

sim_time world_fault_node_wait(const struct world_node *node, sim_time duration)
{
    double passes = (double)duration / (1 + drift_of(node));

    SIM_ASSERT(duration >= 0);
    world_fault_node_count_hit(node->faults->skews);
    return passes < (double)(SIM_NEVER / 2) ? (sim_time)passes : SIM_NEVER;
}

static void tell_clock_changed(struct world_node *node)
{
    SIM_ASSERT(node->type->feels & WORLD_FEELS_SKEW);
    if (node->type->clock_changed != NULL && node->up) {
        node->type->clock_changed(node);
    }
}

static void begin_skew(struct world_fault *base)
{
    struct world_node *node = from_fault(base)->node;

    SIM_ASSERT(base->since == base->world->run.now);
    (void)world_fault_node_state(node);
    settle_drift(node);
    g_ptr_array_add(node->faults->skews, base);
    node->is_skewed = true;
    tell_clock_changed(node);
}

static void end_skew(struct world_fault *base)
{
    struct world_node *node = from_fault(base)->node;

    settle_drift(node);
    world_fault_list_remove(node->faults->skews, base);
    node->is_skewed = node->faults->skews->len > 0;
    tell_clock_changed(node);
}

static const struct world_fault_type skew_type = {
    "clock_skew", begin_skew, end_skew, world_fault_free};

struct world_fault *world_fault_clock_create(
    struct world_node *node, sim_time offset, double drift, GError **error)
{
    if (!world_fault_node_feels(node, WORLD_FEELS_SKEW, "have its clock skewed", error)) {
        return NULL;
    }
    if (!(drift >= -DRIFT_MAX && drift <= DRIFT_MAX)) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_VALUE,
            "clock_skew: the drift is %g: expected -%g to %g seconds in each second",
            drift,
            DRIFT_MAX,
            DRIFT_MAX);
        return NULL;
    }
    if (offset < -OFFSET_MAX || offset > OFFSET_MAX) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_VALUE,
            "clock_skew: the offset is %g s: expected a year at the most, either way",
            (double)offset / (double)SIM_SECOND);
        return NULL;
    }
    struct clock_fault *fault = g_new0(struct clock_fault, 1);
    fault->node = node;
    g_autofree char *drawn = world_node_draw_path(node);
    world_fault_init(&fault->base, &skew_type, node->world, node->path, drawn);
    SIM_ASSERT(drift > -1);
    fault->offset = offset;
    fault->drift = drift;
    return &fault->base;
}
