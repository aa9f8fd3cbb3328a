/* What is about the world as a whole: the sweeps, and the two that only count. What is remembered
 * of each message is in invariant_message.c. */
/* SPDX-License-Identifier: MIT */
#include "world/invariant.h"

#include <stdlib.h>

#include "world/datacenter.h"
#include "world/invariant_state.h"
#include "world/link.h"
#include "world/node.h"

static const struct {
    const char *id;
    const char *name;
    bool is_own;
} names[WORLD_INVARIANT_COUNT] = {
    [WORLD_I1_CONSERVATION] = {"I1", "conservation of messages and packets", true},
    [WORLD_I2_NO_ACKED_LOSS] = {"I2", "no loss of what was accepted", false},
    [WORLD_I3_NO_DUPLICATE] = {"I3", "no effect twice", false},
    [WORLD_I4_ORDER] = {"I4", "order of a key's effects", false},
    [WORLD_I5_ONE_HOLDER] = {"I5", "one holder at a time", false},
    [WORLD_I6_STALENESS] = {"I6", "bounded staleness", false},
    [WORLD_I7_NO_FABRICATION] = {"I7", "nothing fabricated", true},
    [WORLD_I8_DURABILITY] = {"I8", "durability of promises", false},
    [WORLD_I9_LIVENESS] = {"I9", "liveness after the heal", false},
    [WORLD_I10_MONEY] = {"I10", "money", false},
    [WORLD_I11_TIME] = {"I11", "time moves on", true},
    [WORLD_I12_RESOURCES] = {"I12", "resources within their bounds", true},
};

const char *world_invariant_id(enum world_invariant invariant)
{
    SIM_ASSERT(invariant < WORLD_INVARIANT_COUNT);
    return names[invariant].id;
}

const char *world_invariant_name(enum world_invariant invariant)
{
    SIM_ASSERT(invariant < WORLD_INVARIANT_COUNT);
    return names[invariant].name;
}

bool world_invariant_is_own(enum world_invariant invariant)
{
    SIM_ASSERT(invariant < WORLD_INVARIANT_COUNT);
    return names[invariant].is_own;
}

struct world_check *world_invariant_check(struct world *world, enum world_invariant invariant)
{
    SIM_ASSERT(world->invariants != NULL && invariant < WORLD_INVARIANT_COUNT);
    return world->invariants->checks[invariant];
}

struct world_check *const *world_invariants_checks(const struct world *world)
{
    SIM_ASSERT((world->invariants == NULL) == (world->recent == NULL));
    return world->invariants == NULL ? NULL : world->invariants->checks;
}

/* ---- I1 ---- */

static bool are_packets_conserved(struct world_check *check, const struct world *world)
{
    for (uint32_t i = 0; i < world->links->len; i++) {
        const struct world_link *link = g_ptr_array_index(world->links, i);
        if (!world_link_is_conserved(link)) {
            SIM_ASSERT(check != NULL);
            world_check_fail(
                check,
                world->run.now,
                "of %" G_GUINT64_FORMAT " packets between %s and %s some are not accounted for",
                link->carried->value,
                link->ends[0]->name,
                link->ends[1]->name);
            return false;
        }
    }
    return true;
}

static void sweep_conservation(struct world_check *check, struct world *world)
{
    const struct world_check *messages = world_audit_check_conservation(world->audit);

    SIM_ASSERT(world->started && messages->evaluated > 0); /* it was swept before this */
    if (messages->failed > 0) {
        world_check_fail(check, messages->first.time, "%s", messages->first.text);
    } else if (are_packets_conserved(check, world)) {
        world_check_pass(check);
    }
}

/* ---- I2 ---- */

static void end_no_acked_loss(struct world_check *check, struct world *world)
{
    struct world_audit_totals totals = world_audit_totals_of(world->audit);

    SIM_ASSERT(totals.lost <= totals.accepted);
    check->evaluated += totals.accepted - totals.lost;
    if (totals.lost > 0) {
        world_audit_fail_lost(world->audit, check);
    }
}

/* ---- I9 ---- */

static bool is_well(const struct world *world)
{
    if (world->faults.active > 0) {
        return false;
    }
    for (uint32_t i = 0; i < world->nodes->len; i++) {
        if (!world_node_at(world, i)->up) {
            return false;
        }
    }
    SIM_ASSERT(world->started);
    return true;
}

static void judge_liveness(struct world_check *check, struct world *world)
{
    const struct world_invariants *invariants = world->invariants;
    uint64_t late = 0;
    uint64_t first = 0;

    SIM_ASSERT(invariants->awaited_until <= world->run.now);
    for (uint32_t i = invariants->awaited->len; i > 0; i--) {
        uint64_t message = g_array_index(invariants->awaited, uint64_t, i - 1);
        if (world_audit_is_pending(world->audit, message)) {
            late++;
            first = message;
        }
    }
    if (late == 0) {
        world_check_pass(check);
        return;
    }
    g_autofree char *name = world_invariant_name_of(world, first);
    world_check_fail(
        check,
        world->run.now,
        "%" G_GUINT64_FORMAT " messages have had no effect %g s after all was well again, %s first",
        late,
        (double)invariants->config.heal_bound / (double)SIM_SECOND,
        name);
}

static void sweep_liveness(struct world_check *check, struct world *world)
{
    struct world_invariants *invariants = world->invariants;
    bool well = is_well(world);

    SIM_ASSERT(check == invariants->checks[WORLD_I9_LIVENESS]);
    if (!well) {
        invariants->awaited_until = SIM_NEVER;
    } else if (!invariants->was_well) {
        g_array_set_size(invariants->awaited, 0);
        world_audit_list_pending(world->audit, invariants->awaited);
        invariants->awaited_until = world_time_after(world->run.now, invariants->config.heal_bound);
    } else if (world->run.now >= invariants->awaited_until) {
        judge_liveness(check, world);
        invariants->awaited_until = SIM_NEVER;
    }
    invariants->was_well = well;
}

/* ---- I6, I10 ---- */

void world_invariant_read(struct world *world, uint32_t node, sim_time age)
{
    if (world->invariants == NULL) {
        return;
    }
    struct world_check *check = world->invariants->checks[WORLD_I6_STALENESS];
    sim_time bound = world->invariants->config.staleness_bound;
    SIM_ASSERT(age >= 0);
    if (age <= bound) {
        world_check_pass(check);
        return;
    }
    world_check_fail(
        check,
        world->run.now,
        "what %s read was %g s old, beyond the bound of %g s",
        world_node_at(world, node)->path,
        (double)age / (double)SIM_SECOND,
        (double)bound / (double)SIM_SECOND);
}

void world_invariant_charged(struct world *world, uint32_t node, const struct world_charge *charge)
{
    if (world->invariants == NULL) {
        return;
    }
    struct world_check *check = world->invariants->checks[WORLD_I10_MONEY];
    SIM_ASSERT(charge->message != NULL);
    if (charge->debits != charge->credits) {
        world_check_fail(
            check,
            world->run.now,
            "%s has charged %" G_GINT64_FORMAT " and earned %" G_GINT64_FORMAT,
            world_node_at(world, node)->path,
            charge->debits,
            charge->credits);
    } else if (charge->message->truth != 0 && charge->amount > 0) {
        world_invariant_fail(
            world,
            WORLD_I10_MONEY,
            charge->message->id,
            "is a bot's, and was charged %" G_GINT64_FORMAT " at %s",
            charge->amount,
            world_node_at(world, node)->path);
    } else {
        world_check_pass(check);
    }
}

/* ---- I11 ---- */

uint64_t world_invariant_fired_max(const struct world *world, uint64_t fired_max)
{
    if (world->invariants == NULL) {
        return fired_max;
    }
    SIM_ASSERT(world->invariants->config.instant_max > 0);
    uint64_t next = world->run.fired_count + world->invariants->config.instant_max;
    return MIN(next, fired_max);
}

void world_invariant_still_there(struct world *world, sim_time since)
{
    struct world_check *check = world->invariants->checks[WORLD_I11_TIME];

    SIM_ASSERT(since <= world->run.now);
    if (world->run.now > since) {
        world_check_pass(check);
        return;
    }
    world_check_fail(
        check,
        world->run.now,
        "%" G_GUINT64_FORMAT " events have fired at one instant, and there is no end to them",
        world->invariants->config.instant_max);
    world_stop(world);
}

static void sweep_time(struct world_check *check, struct world *world)
{
    SIM_ASSERT(world->run.now > 0);
    world_check_pass(check); /* an interval is over: the clock got here */
}

/* ---- I12 ---- */

static void sweep_resources(struct world_check *check, struct world *world)
{
    for (uint32_t i = 0; i < world->nodes->len; i++) {
        const struct world_node *node = world_node_at(world, i);
        struct world_node_level level;
        if (node->type->level == NULL || !node->type->level(node, &level)) {
            continue;
        }
        SIM_ASSERT(level.most >= 0);
        if ((uint64_t)level.most <= level.capacity) {
            world_check_pass(check);
        } else {
            world_check_fail(
                check,
                world->run.now,
                "%s has held %" G_GINT64_FORMAT " messages, of the %" G_GUINT64_FORMAT " it may",
                node->path,
                level.most,
                level.capacity);
        }
    }
}

/* ---- life ---- */

struct world_invariants_config world_invariants_default(void)
{
    return (struct world_invariants_config){
        .heal_bound = 10 * SIM_SECOND,
        .staleness_bound = SIM_SECOND,
        .instant_max = 10000000,
    };
}

void world_invariants_watch(struct world *world, const struct world_invariants_config *config)
{
    struct world_invariants *invariants = g_new0(struct world_invariants, 1);

    SIM_ASSERT(!world->started && world->invariants == NULL);
    SIM_ASSERT(config->heal_bound > 0 && config->staleness_bound > 0 && config->instant_max > 0);
    invariants->config = *config;
    for (uint32_t i = 0; i < WORLD_INVARIANT_COUNT; i++) {
        invariants->checks[i] = world_check_create(world);
    }
    invariants->checks[WORLD_I1_CONSERVATION]->at_sample = sweep_conservation;
    invariants->checks[WORLD_I1_CONSERVATION]->at_end = sweep_conservation;
    invariants->checks[WORLD_I2_NO_ACKED_LOSS]->at_end = end_no_acked_loss;
    invariants->checks[WORLD_I9_LIVENESS]->at_sample = sweep_liveness;
    invariants->checks[WORLD_I11_TIME]->at_sample = sweep_time;
    invariants->checks[WORLD_I12_RESOURCES]->at_sample = sweep_resources;
    model_index_init(&invariants->key_index);
    invariants->keys = g_array_new(FALSE, TRUE, sizeof(struct world_invariant_key));
    invariants->awaited = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    invariants->awaited_until = SIM_NEVER;
    invariants->was_well = true;
    world->invariants = invariants;
    world->recent = sim_allocate(WORLD_RECENT, sizeof(*world->recent));
}

void world_invariants_free(struct world_invariants *invariants)
{
    if (invariants == NULL) {
        return;
    }
    SIM_ASSERT(invariants->keys != NULL);
    for (uint32_t i = 0; i < invariants->book_count; i++) {
        free(invariants->books[i].messages);
    }
    free(invariants->books);
    model_index_finish(&invariants->key_index);
    g_array_unref(invariants->keys);
    g_array_unref(invariants->awaited);
    g_free(invariants);
}
