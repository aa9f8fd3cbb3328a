/* A row has a place in the pool while somebody holds it; those that wait for it are linked through
 * the transactions. */
/* SPDX-License-Identifier: MIT */
#include "world/locks.h"

#include <stdlib.h>

#define NONE WORLD_LOCKS_NONE

void world_locks_init(struct world_locks *locks, uint32_t transaction_max)
{
    SIM_ASSERT(transaction_max > 0 && transaction_max < NONE);
    *locks = (struct world_locks){
        .transactions = sim_allocate(transaction_max, sizeof(*locks->transactions)),
        .transaction_max = transaction_max,
    };
    model_pool_init(&locks->rows, sizeof(struct world_lock_row));
    model_index_init(&locks->index);
}

void world_locks_finish(struct world_locks *locks)
{
    model_pool_finish(&locks->rows);
    model_index_finish(&locks->index);
    free(locks->transactions);
    locks->transactions = NULL;
}

static struct world_lock_row *row_at(const struct world_locks *locks, uint32_t place)
{
    return model_pool_at(&locks->rows, place);
}

static struct world_lock_transaction *at(const struct world_locks *locks, uint32_t transaction)
{
    SIM_ASSERT(transaction < locks->transaction_max);
    return &locks->transactions[transaction];
}

void world_locks_begin(struct world_locks *locks, uint32_t transaction)
{
    SIM_ASSERT(!at(locks, transaction)->is_active);
    *at(locks, transaction) = (struct world_lock_transaction){
        .age = ++locks->ages,
        .waits_at = NONE,
        .next = NONE,
        .previous = NONE,
        .is_active = true,
    };
}

uint32_t world_locks_waits_for(const struct world_locks *locks, uint32_t transaction)
{
    uint32_t place = at(locks, transaction)->waits_at;

    SIM_ASSERT(at(locks, transaction)->is_active);
    return place == NONE ? NONE : row_at(locks, place)->holder;
}

/* The youngest in the circle that the transaction is in; NONE when it is in none. */
static uint32_t youngest_in_circle(const struct world_locks *locks, uint32_t transaction)
{
    uint32_t youngest = transaction;
    uint32_t other = world_locks_waits_for(locks, transaction);

    for (uint32_t steps = 0; other != NONE && other != transaction; steps++) {
        SIM_ASSERT(steps < locks->transaction_max); /* else there is a circle without it */
        if (at(locks, other)->age > at(locks, youngest)->age) {
            youngest = other;
        }
        other = world_locks_waits_for(locks, other);
    }
    SIM_ASSERT(other == NONE || at(locks, youngest)->waits_at != NONE);
    return other == NONE ? NONE : youngest;
}

static void hold(struct world_locks *locks, uint32_t place, uint32_t transaction)
{
    struct world_lock_transaction *holder = at(locks, transaction);

    SIM_ASSERT(holder->held_count < WORLD_LOCKS_ROWS_MAX);
    row_at(locks, place)->holder = transaction;
    holder->held[holder->held_count++] = place;
}

static void wait(struct world_locks *locks, uint32_t place, uint32_t transaction)
{
    struct world_lock_row *row = row_at(locks, place);
    struct world_lock_transaction *waiting = at(locks, transaction);

    SIM_ASSERT(waiting->waits_at == NONE && waiting->held_count < WORLD_LOCKS_ROWS_MAX);
    waiting->waits_at = place;
    waiting->previous = row->last;
    waiting->next = NONE;
    if (row->last == NONE) {
        row->first = transaction;
    } else {
        at(locks, row->last)->next = transaction;
    }
    row->last = transaction;
    locks->waiting++;
}

static void stop_waiting(struct world_locks *locks, uint32_t transaction)
{
    struct world_lock_transaction *waiting = at(locks, transaction);
    struct world_lock_row *row = row_at(locks, waiting->waits_at);

    SIM_ASSERT(locks->waiting > 0);
    if (waiting->previous == NONE) {
        row->first = waiting->next;
    } else {
        at(locks, waiting->previous)->next = waiting->next;
    }
    if (waiting->next == NONE) {
        row->last = waiting->previous;
    } else {
        at(locks, waiting->next)->previous = waiting->previous;
    }
    waiting->waits_at = NONE;
    locks->waiting--;
}

enum world_lock_result world_locks_acquire(
    struct world_locks *locks, uint32_t transaction, uint64_t row, uint32_t *out_victim)
{
    uint32_t place;

    SIM_ASSERT(at(locks, transaction)->is_active && at(locks, transaction)->waits_at == NONE);
    if (!model_index_find(&locks->index, row, &place)) {
        place = model_pool_take(&locks->rows);
        *row_at(locks, place) = (struct world_lock_row){.row = row, .first = NONE, .last = NONE};
        model_index_insert(&locks->index, row, place);
        hold(locks, place, transaction);
        return WORLD_LOCK_GRANTED;
    }
    if (row_at(locks, place)->holder == transaction) {
        return WORLD_LOCK_GRANTED;
    }
    wait(locks, place, transaction);
    uint32_t victim = youngest_in_circle(locks, transaction);
    if (victim == NONE) {
        return WORLD_LOCK_WAITING;
    }
    *out_victim = victim;
    return WORLD_LOCK_DEADLOCK;
}

/* Gives the row to the first that waits, and returns it; or nobody holds it any more. */
static uint32_t release(struct world_locks *locks, uint32_t place)
{
    struct world_lock_row *row = row_at(locks, place);
    uint32_t next = row->first;

    SIM_ASSERT(locks->rows.count > 0);
    if (next == NONE) {
        model_index_remove(&locks->index, row->row);
        model_pool_give(&locks->rows, place);
        return NONE;
    }
    stop_waiting(locks, next);
    hold(locks, place, next);
    return next;
}

uint32_t world_locks_end(struct world_locks *locks, uint32_t transaction, uint32_t *granted)
{
    struct world_lock_transaction *ended = at(locks, transaction);
    uint32_t count = 0;

    SIM_ASSERT(ended->is_active);
    if (ended->waits_at != NONE) {
        stop_waiting(locks, transaction);
    }
    for (uint32_t i = 0; i < ended->held_count; i++) {
        uint32_t next = release(locks, ended->held[i]);
        if (next != NONE) {
            granted[count++] = next;
        }
    }
    ended->is_active = false;
    return count;
}

void world_locks_clear(struct world_locks *locks)
{
    uint32_t granted[WORLD_LOCKS_ROWS_MAX];

    for (uint32_t i = 0; i < locks->transaction_max; i++) {
        if (locks->transactions[i].is_active) {
            (void)world_locks_end(locks, i, granted);
        }
    }
    SIM_ASSERT(locks->rows.count == 0 && locks->waiting == 0);
}

static void check_row(const struct world_locks *locks, uint32_t place, uint32_t holder)
{
    const struct world_lock_row *row = row_at(locks, place);
    uint32_t previous = NONE;
    uint32_t found;

    SIM_ASSERT(row->holder == holder);
    SIM_ASSERT(model_index_find(&locks->index, row->row, &found) && found == place);
    for (uint32_t i = row->first; i != NONE; i = at(locks, i)->next) {
        SIM_ASSERT(at(locks, i)->is_active && at(locks, i)->waits_at == place);
        SIM_ASSERT(at(locks, i)->previous == previous);
        previous = i;
    }
    SIM_ASSERT(previous == row->last);
}

void world_locks_check(const struct world_locks *locks)
{
    uint32_t held = 0;
    uint32_t waiting = 0;

    for (uint32_t i = 0; i < locks->transaction_max; i++) {
        const struct world_lock_transaction *transaction = &locks->transactions[i];
        if (!transaction->is_active) {
            continue;
        }
        for (uint32_t k = 0; k < transaction->held_count; k++) {
            check_row(locks, transaction->held[k], i);
        }
        held += transaction->held_count;
        waiting += transaction->waits_at != NONE;
        SIM_ASSERT(youngest_in_circle(locks, i) == NONE);
    }
    SIM_ASSERT(held == locks->rows.count && held == locks->index.count);
    SIM_ASSERT(waiting == locks->waiting);
}
