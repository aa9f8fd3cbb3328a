/* Checks are few and long-lived; what feeds them is on the path of events, and only counts. */
/* SPDX-License-Identifier: MIT */
#include "world/check.h"

#include "world/world.h"

static void free_check(void *memory)
{
    struct world_check *check = memory;

    if (check->free_context != NULL) {
        check->free_context(check->context);
    }
    g_free(check->first.text);
    g_free(check->first.history);
    g_free(check->name);
    g_free(check);
}

void world_checks_init(struct world_checks *checks)
{
    checks->all = g_ptr_array_new_with_free_func(free_check);
    checks->expected = g_ptr_array_new();
}

void world_checks_finish(struct world_checks *checks)
{
    g_ptr_array_unref(checks->expected);
    g_ptr_array_unref(checks->all);
}

void world_checks_verify(const struct world *world)
{
    const struct world_checks *checks = &world->checks;

    SIM_ASSERT(checks->expected->len <= checks->all->len);
    for (uint32_t i = 0; i < checks->all->len; i++) {
        const struct world_check *check = g_ptr_array_index(checks->all, i);
        SIM_ASSERT(check->failed <= check->evaluated);
        SIM_ASSERT((check->failed > 0) == (check->first.text != NULL));
        SIM_ASSERT(check->first.time >= 0 && check->first.time <= world->run.now);
    }
    for (uint32_t i = 0; i < checks->expected->len; i++) {
        const struct world_check *check = g_ptr_array_index(checks->expected, i);
        SIM_ASSERT(check->name != NULL);
    }
}

struct world_check *world_check_create(struct world *world)
{
    struct world_check *check = g_new0(struct world_check, 1);

    g_ptr_array_add(world->checks.all, check);
    return check;
}

void world_check_expect(struct world *world, struct world_check *check, const char *name)
{
    SIM_ASSERT(check->name == NULL);
    SIM_ASSERT(name != NULL);
    check->name = g_strdup(name);
    g_ptr_array_add(world->checks.expected, check);
}

void world_check_fail(struct world_check *check, sim_time time, const char *format, ...)
{
    SIM_ASSERT(time >= 0);
    check->evaluated++;
    check->failed++;
    if (check->failed > 1) {
        return;
    }

    va_list arguments;
    va_start(arguments, format);
    check->first.time = time;
    check->first.text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
}

bool world_check_held(const struct world_check *check)
{
    SIM_ASSERT(check->failed <= check->evaluated);
    return check->evaluated > 0 && check->failed == 0;
}

void world_checks_sample(struct world *world)
{
    SIM_ASSERT(world->started);
    for (uint32_t i = 0; i < world->checks.all->len; i++) {
        struct world_check *check = g_ptr_array_index(world->checks.all, i);
        if (check->at_sample != NULL) {
            check->at_sample(check, world);
        }
    }
}

void world_checks_end(struct world *world)
{
    SIM_ASSERT(world->started);
    for (uint32_t i = 0; i < world->checks.all->len; i++) {
        struct world_check *check = g_ptr_array_index(world->checks.all, i);
        if (check->at_end != NULL) {
            check->at_end(check, world);
        }
    }
}

/* ---- bounds ---- */

/* The value of the interval that ends now. False: there was nothing to measure. */
static bool interval_value(
    const struct world_bound *bound, const struct world *world, double *out_value)
{
    const struct sim_measure *measure = bound->measure;

    SIM_ASSERT(world->sample_interval > 0);
    switch (measure->kind) {
    case SIM_MEASURE_COUNTER:
        *out_value = (double)(measure->counter.value - measure->counted) *
                     ((double)SIM_SECOND / (double)world->sample_interval);
        return true;
    case SIM_MEASURE_GAUGE:
        *out_value = (double)measure->gauge.value;
        return true;
    case SIM_MEASURE_TALLY:
        break;
    }
    const sim_histogram *interval = measure->tally.interval;
    if (interval == NULL || sim_histogram_count(interval) == 0) {
        return false;
    }
    *out_value = (double)sim_histogram_percentile(interval, bound->percent);
    return true;
}

/* A value as a person reads it: times in ms, everything else as it is. */
static char *readable(const struct sim_measure *measure, double value)
{
    if (g_str_equal(measure->unit, "ns")) {
        return g_strdup_printf("%.4g ms", value / (double)SIM_MILLISECOND);
    }
    return g_strdup_printf("%.6g %s", value, measure->unit);
}

static void fail_bound(
    struct world_check *check, const struct world_bound *bound, sim_time now, double value)
{
    g_autofree char *found = readable(bound->measure, value);
    g_autofree char *limit = readable(bound->measure, bound->limit);
    const char *side = bound->relation == WORLD_BELOW ? "below" : "above";

    SIM_ASSERT(bound->relation == WORLD_BELOW ? value >= bound->limit : value <= bound->limit);
    if (bound->measure->kind == SIM_MEASURE_TALLY) {
        world_check_fail(
            check,
            now,
            "p%g of %s was %s, not %s %s",
            bound->percent,
            bound->measure->name,
            found,
            side,
            limit);
    } else {
        world_check_fail(
            check, now, "%s was %s, not %s %s", bound->measure->name, found, side, limit);
    }
}

static void sample_bound(struct world_check *check, struct world *world)
{
    const struct world_bound *bound = check->context;
    sim_time now = world->run.now;
    double value;

    SIM_ASSERT(now >= world->sample_interval);
    if (now - world->sample_interval < bound->from || now > bound->until ||
        !interval_value(bound, world, &value)) {
        return;
    }
    bool held = bound->relation == WORLD_BELOW ? value < bound->limit : value > bound->limit;
    if (held) {
        world_check_pass(check);
    } else {
        fail_bound(check, bound, now, value);
    }
}

struct world_check *world_check_bound(struct world *world, const struct world_bound *bound)
{
    struct world_check *check = world_check_create(world);

    SIM_ASSERT(bound->from <= bound->until);
    SIM_ASSERT(bound->percent >= 0 && bound->percent <= 100);
    check->context = g_memdup2(bound, sizeof(*bound));
    check->free_context = g_free;
    check->at_sample = sample_bound;
    return check;
}

const struct world_bound *world_check_bound_of(const struct world_check *check)
{
    SIM_ASSERT(check->at_sample != sample_bound || check->context != NULL);
    return check->at_sample == sample_bound ? check->context : NULL;
}
