/* world/check.h - what must be true, and the first moment when it was not.
 *
 * A check is fed by whatever watches for it: world_check_pass() counts an evaluation that held,
 * world_check_fail() one that did not; the first failure is kept. A check that was never evaluated
 * has not held. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_CHECK_H
#define WORLD_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "sim/base.h"

struct world;
struct world_check;

struct world_violation {
    sim_time time;
    char *text; /* what was found, and where: one line */
    /* Of an invariant that is about a message: */
    uint64_t message; /* 0: of none */
    char *history;    /* the last events that touched it, a line each; or NULL */
};

typedef void world_check_fn(struct world_check *check, struct world *world);

struct world_check {
    char *name; /* what a person reads; NULL until world_check_expect() */
    uint64_t evaluated;
    uint64_t failed;
    struct world_violation first; /* while failed > 0 */
    world_check_fn *at_sample;    /* called at the end of every sampling interval; or NULL */
    world_check_fn *at_end;       /* called once, at the end of the run; or NULL */
    void *context;
    GDestroyNotify free_context; /* or NULL */
};

/* Those that exist, whether somebody expects them or not, in the order of their making; `expected`
 * are those that decide about the run, in the order in which they were expected. */
struct world_checks {
    GPtrArray *all;      /* owned */
    GPtrArray *expected; /* borrowed from all */
};

void world_checks_init(struct world_checks *checks);
void world_checks_finish(struct world_checks *checks);

/* Called by the world: at the end of every sampling interval, before the measures are sampled, and
 * at the end of the run. */
void world_checks_sample(struct world *world);
void world_checks_end(struct world *world);

/* Asserts that every check's counts and texts agree. */
void world_checks_verify(const struct world *world);

/* A check that nobody expects yet. The world owns it. */
struct world_check *world_check_create(struct world *world);

/* Makes the check count, under this name. Once for each check. */
void world_check_expect(struct world *world, struct world_check *check, const char *name);

static inline void world_check_pass(struct world_check *check)
{
    check->evaluated++;
    SIM_ASSERT(check->evaluated > check->failed);
}

void world_check_fail(struct world_check *check, sim_time time, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

bool world_check_held(const struct world_check *check);

/* ---- a bound on a measure, over a window of virtual time ---- */

enum world_relation {
    WORLD_BELOW,
    WORLD_ABOVE,
};

struct world_bound {
    const struct sim_measure *measure; /* a tally: a percentile of each interval; a gauge: its
                                          value; a counter: its increase per second */
    double percent;                    /* of a tally */
    enum world_relation relation;
    double limit; /* in the measure's unit */
    sim_time from;
    sim_time until;
};

/* Evaluated at the end of every sampling interval that lies within the window; a tally's interval
 * without values is passed over. */
struct world_check *world_check_bound(struct world *world, const struct world_bound *bound);

/* The bound that the check is of; NULL when it is of something else. */
const struct world_bound *world_check_bound_of(const struct world_check *check);

#endif
