/* world/invariant.h - what must hold in every world, whatever a scenario is about: each with an id.
 *
 * They are checks like any other, fed by the nodes as things happen in O(1), or swept at the end of
 * each sampling interval. Every scenario is watched; a world in C when it is asked for. It takes 16
 * bytes a message, 24 to 40 a key, and a ring of the last events. What a scenario gives nothing to
 * check has not held. The first violation says what last befell its message.
 *
 * I13, that a seed makes one run, is not among them: it is about two runs, whose digests are
 * compared. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_INVARIANT_H
#define WORLD_INVARIANT_H

#include <stdint.h>

#include "models/message.h"
#include "sim/base.h"
#include "world/check.h"
#include "world/packet.h"

struct world;
struct world_invariants;

enum world_invariant {
    WORLD_I1_CONSERVATION,  /* each message is in one state, each packet delivered, lost, dropped,
                               held back or on its way: at every sample */
    WORLD_I2_NO_ACKED_LOSS, /* what was accepted had its effect, or is still there: at the end */
    WORLD_I3_NO_DUPLICATE,  /* no message has its effect twice: at each effect */
    WORLD_I4_ORDER,         /* the messages of a key have their effects in the order in which they
                               were accepted: at each effect */
    WORLD_I5_ONE_HOLDER, /* no two consumers work on a message at a time: at each piece of work */
    WORLD_I6_STALENESS,  /* what is read is no older than a bound: at each read */
    WORLD_I7_NO_FABRICATION, /* what has its effect is what was born: at each effect */
    WORLD_I8_DURABILITY,     /* a journal that is read back has all that was promised: at each
                                recovery */
    WORLD_I9_LIVENESS,       /* all is well again: what had been accepted by then has its effect
                                within a bound */
    WORLD_I10_MONEY,         /* what accounts are charged is what is earned, and nobody pays for
                                fraud: at each charge */
    WORLD_I11_TIME,          /* the clock moves on: no endless instant */
    WORLD_I12_RESOURCES,     /* no queue and no buffer holds more than it may: at every sample */
    WORLD_INVARIANT_COUNT,
};

struct world_invariants_config {
    sim_time heal_bound;      /* of I9; > 0 */
    sim_time staleness_bound; /* of I6; > 0 */
    uint64_t instant_max;     /* of I11: events in one instant; > 0 */
};

/* 10 s, 1 s, 10 million. */
struct world_invariants_config world_invariants_default(void);

/* Watches the world from now on; once, before the run. */
void world_invariants_watch(struct world *world, const struct world_invariants_config *config);
void world_invariants_free(struct world_invariants *invariants);

/* "I4" and "order of a key's effects". */
const char *world_invariant_id(enum world_invariant invariant);
const char *world_invariant_name(enum world_invariant invariant);

/* Of a world that is watched. */
struct world_check *world_invariant_check(struct world *world, enum world_invariant invariant);

/* All of them, by enum world_invariant; NULL: the world is not watched. Borrowed from the world. */
struct world_check *const *world_invariants_checks(const struct world *world);

/* Whether nothing that happens in a world may break it: the world's own bookkeeping. The others may
 * be broken by a fault whose remedy is off, and say so. */
bool world_invariant_is_own(enum world_invariant invariant);

/* ---- what happens; each does nothing in a world that is not watched ---- */

void world_invariant_born(struct world *world, const struct model_message *message);
void world_invariant_accepted(struct world *world, const struct model_message *message);
/* The message had its effect for this group. */
void world_invariant_effect(
    struct world *world, uint32_t node, const struct model_message *message, uint32_t group);
void world_invariant_repeated(struct world *world, uint32_t node, uint64_t message);

/* The consumer begins to work on the message, and stops. Of several groups, in which one message is
 * rightly worked on at a time, the one that began last is looked at. */
void world_invariant_hold(
    struct world *world, struct world_end_point holder, uint64_t message, uint32_t group);
void world_invariant_let_go(struct world *world, struct world_end_point holder, uint64_t message);

void world_invariant_read(struct world *world, uint32_t node, sim_time age);

/* A charge is final: the sum of the node's accounts, and what it has earned. */
struct world_charge {
    const struct model_message *message;
    int64_t amount;
    int64_t debits;
    int64_t credits;
};
void world_invariant_charged(struct world *world, uint32_t node, const struct world_charge *charge);

/* How far a run may go before it asks again: `fired_max` at most. */
uint64_t world_invariant_fired_max(const struct world *world, uint64_t fired_max);

/* The run has come that far without an end: fails, and stops the world, when the clock stood at
 * `since` already. */
void world_invariant_still_there(struct world *world, sim_time since);

#endif
