/* world/locks.h - row locks of a database: who holds which, who waits for whom.
 *
 * A row is locked by one transaction at a time; the others wait in the order in which they asked.
 * A transaction waits for one row at most, so the wait-for graph has one edge out of each, and a
 * deadlock is found when it closes, by following the edges: O(transactions in the chain). Of those
 * in the circle the youngest is to be aborted; whoever asks is told which.
 *
 * A pure state: it calls nobody. Whoever comes to hold a row by another's release is in `granted`.
 * (Gray and Reuter, "Transaction processing", 1993, chapters 7 and 8.) */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_LOCKS_H
#define WORLD_LOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "models/index.h"
#include "models/pool.h"
#include "sim/base.h"

#define WORLD_LOCKS_NONE     UINT32_MAX
#define WORLD_LOCKS_ROWS_MAX 6 /* that one transaction may hold */

enum world_lock_result {
    WORLD_LOCK_GRANTED,
    WORLD_LOCK_WAITING,
    WORLD_LOCK_DEADLOCK, /* it waits, and closes a circle: abort the victim */
};

struct world_lock_row {
    uint64_t row;
    uint32_t holder;
    uint32_t first; /* of those that wait */
    uint32_t last;
};

struct world_lock_transaction {
    uint64_t age; /* the order of its begin: the youngest has the highest */
    uint32_t held[WORLD_LOCKS_ROWS_MAX];
    uint32_t held_count;
    uint32_t waits_at; /* the place of the row that it waits for, or WORLD_LOCKS_NONE */
    uint32_t next;     /* of those that wait for the same row */
    uint32_t previous;
    bool is_active;
};

struct world_locks {
    struct model_pool rows; /* of struct world_lock_row: those that somebody holds */
    struct model_index index;
    struct world_lock_transaction *transactions;
    uint32_t transaction_max;
    uint64_t ages;
    uint32_t waiting; /* transactions */
};

/* Transactions go by numbers below `transaction_max`, which are the caller's. */
void world_locks_init(struct world_locks *locks, uint32_t transaction_max);
void world_locks_finish(struct world_locks *locks);

void world_locks_begin(struct world_locks *locks, uint32_t transaction);

/* Asks for a row. The transaction waits for none, and holds less than it may; of a row that it
 * holds already it is granted again. *out_victim is set for a deadlock. */
SIM_MUST_USE enum world_lock_result world_locks_acquire(
    struct world_locks *locks, uint32_t transaction, uint64_t row, uint32_t *out_victim);

/* Ends the transaction, waiting or not: its rows go to those that wait. Writes the transactions
 * that hold a row by this into `granted`, which has room for WORLD_LOCKS_ROWS_MAX, and returns how
 * many there are. O(1) for each row. */
uint32_t world_locks_end(struct world_locks *locks, uint32_t transaction, uint32_t *granted);

/* Whom the transaction waits for; WORLD_LOCKS_NONE when it does not wait. */
uint32_t world_locks_waits_for(const struct world_locks *locks, uint32_t transaction);

/* Ends all. */
void world_locks_clear(struct world_locks *locks);

/* Asserts every invariant, and that nobody waits in a circle: O(rows + transactions squared). */
void world_locks_check(const struct world_locks *locks);

#endif
