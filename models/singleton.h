/* models/singleton.h - at most one of several acts at a time: a lease, and a token for when that
 * fails.
 *
 * Three parts, on three machines. The grantor gives the lease to one candidate at a time, with a
 * token that grows with each grant. The holder trusts its lease by its own clock only. The guard
 * stands before what must not be done twice, and refuses a token below the largest it has seen.
 *
 * While no clock's rate errs by more than `skew_ppm`, no two holders hold at the same time. But who
 * holds may be stopped between looking at its clock and acting, and clocks may err by more: then
 * only the guard helps (Kleppmann, "How to do distributed locking", 2016; the token is Lamport's
 * and Chubby's sequencer: Burrows, OSDI 2006, section 2.4). */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_SINGLETON_H
#define MODELS_SINGLETON_H

#include <stdbool.h>
#include <stdint.h>

#include "models/store.h"
#include "sim/base.h"

#define MODEL_SINGLETON_NOBODY UINT32_MAX

struct model_singleton_config {
    sim_time lease;    /* > 0 */
    uint32_t skew_ppm; /* bound on the error of any clock's rate; below 500,000 */
};

/* What a holder is told. */
struct model_grant {
    uint64_t token;
    uint32_t candidate;
};

/* ---- the grantor ---- */

struct model_grantor {
    struct model_singleton_config config;
    const struct model_store
        *store;          /* NULL: it forgets its tokens in a crash, and is safe no more */
    uint64_t token;      /* the largest ever given */
    uint32_t holder;     /* of that token */
    sim_time busy_until; /* nobody else gets a token before; by the grantor's clock */
    uint64_t pending;    /* the position of a grant that is not committed; 0: none */
    uint64_t last;       /* position replayed */
};

enum model_acquire_result {
    MODEL_ACQUIRED,        /* the grant is made: tell the candidate */
    MODEL_ACQUIRE_PENDING, /* it is made when the store has committed it */
    MODEL_ACQUIRE_HELD,    /* somebody else has it: nothing changed */
};

void model_grantor_init(
    struct model_grantor *grantor,
    const struct model_singleton_config *config,
    const struct model_store *store);

/* Applies one record that the store kept. Returns false, and changes nothing, when it makes no
 * sense here. */
SIM_MUST_USE bool model_grantor_replay(
    struct model_grantor *grantor, uint64_t position, const void *record, uint32_t size);

/* Ends the recovery: the lease that may have been given lasts one lease from now at most. */
void model_grantor_recovered(struct model_grantor *grantor, sim_time now);

/* A candidate asks. Who holds the lease may ask for it again, and gets a new token. */
SIM_MUST_USE enum model_acquire_result model_grantor_acquire(
    struct model_grantor *grantor, uint32_t candidate, sim_time now, struct model_grant *out_grant);

/* The store has committed every position up to this one. Returns whether a grant is made by that.
 */
SIM_MUST_USE bool model_grantor_committed(
    struct model_grantor *grantor, uint64_t position, sim_time now, struct model_grant *out_grant);

/* The holder wants to go on: true, unless the token is not the last one, or is not committed. */
SIM_MUST_USE bool model_grantor_renew(struct model_grantor *grantor, uint64_t token, sim_time now);

/* The holder is done; the next one need not wait. Returns false when the token is not the last. */
SIM_MUST_USE bool model_grantor_release(
    struct model_grantor *grantor, uint64_t token, sim_time now);

/* ---- the holder ---- */

/* All zero is one that holds nothing. */
struct model_holder {
    uint64_t token;
    sim_time until; /* by the holder's clock */
    bool is_done;   /* it gave this token back: no late answer brings it to life again */
};

/* A grant or a renewal arrived, for which it had asked at `asked`, by its own clock. Grants that
 * are overtaken by later ones change nothing. */
void model_holder_granted(
    struct model_holder *holder,
    const struct model_singleton_config *config,
    uint64_t token,
    sim_time asked);

/* Gives back what it holds: then the grantor is to be told to release holder->token. */
void model_holder_give_back(struct model_holder *holder);

static inline bool model_holder_is_holding(const struct model_holder *holder, sim_time now)
{
    return holder->token > 0 && !holder->is_done && now < holder->until;
}

/* ---- the guard ---- */

/* All zero is a new one; what it guards must not forget it. */
struct model_guard {
    uint64_t token;   /* the largest seen */
    uint64_t refused; /* how often an older one came */
};

/* Returns whether who has this token may act. */
SIM_MUST_USE bool model_guard_admit(struct model_guard *guard, uint64_t token);

#endif
