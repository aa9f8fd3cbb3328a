/* What is ready is linked from the first in line to the last; what rests is in a heap. The changes
 * of a refresh are linked from the newest, which costs nothing to add to. */
/* SPDX-License-Identifier: MIT */
#include "world/refreshes.h"

#include <stdlib.h>

#define NONE WORLD_REFRESHES_NONE

static struct world_refresh *refresh_at(const struct world_refreshes *refreshes, uint32_t refresh)
{
    struct world_refresh *found = model_pool_at(&refreshes->refreshes, refresh);

    SIM_ASSERT(found->state != WORLD_REFRESH_FREE);
    return found;
}

void world_refreshes_init(
    struct world_refreshes *refreshes, sim_time interval, uint32_t changes_max)
{
    SIM_ASSERT(interval >= 0 && changes_max > 0);
    *refreshes = (struct world_refreshes){
        .interval = interval,
        .changes_max = changes_max,
        .changes = sim_allocate(changes_max, sizeof(*refreshes->changes)),
        .first = NONE,
        .last = NONE,
    };
    world_recency_init(&refreshes->order, changes_max);
    model_pool_init(&refreshes->refreshes, sizeof(struct world_refresh));
    model_index_init(&refreshes->index);
    model_deadlines_init(&refreshes->resting);
}

void world_refreshes_finish(struct world_refreshes *refreshes)
{
    world_recency_finish(&refreshes->order);
    model_pool_finish(&refreshes->refreshes);
    model_index_finish(&refreshes->index);
    model_deadlines_finish(&refreshes->resting);
    free(refreshes->changes);
    refreshes->changes = NULL;
}

void world_refreshes_clear(struct world_refreshes *refreshes)
{
    sim_time interval = refreshes->interval;
    uint32_t changes_max = refreshes->changes_max;

    world_refreshes_finish(refreshes);
    world_refreshes_init(refreshes, interval, changes_max);
    SIM_ASSERT(refreshes->order.count == 0);
}

bool world_refreshes_are_full(const struct world_refreshes *refreshes)
{
    SIM_ASSERT(refreshes->order.count <= refreshes->changes_max);
    return refreshes->order.count == refreshes->changes_max;
}

/* ---- states ---- */

static void get_in_line(struct world_refreshes *refreshes, uint32_t refresh, sim_time now)
{
    struct world_refresh *ready = refresh_at(refreshes, refresh);

    SIM_ASSERT(ready->waiting != NONE && ready->allowed <= now);
    ready->state = WORLD_REFRESH_READY;
    ready->since = now;
    ready->next = NONE;
    if (refreshes->last == NONE) {
        refreshes->first = refresh;
    } else {
        refresh_at(refreshes, refreshes->last)->next = refresh;
    }
    refreshes->last = refresh;
    refreshes->ready_count++;
}

static void rest(struct world_refreshes *refreshes, uint32_t refresh)
{
    struct world_refresh *resting = refresh_at(refreshes, refresh);

    resting->state = WORLD_REFRESH_RESTING;
    model_deadlines_insert(&refreshes->resting, resting->allowed, refresh);
    SIM_ASSERT(resting->included == NONE);
}

static void forget(struct world_refreshes *refreshes, uint32_t refresh)
{
    struct world_refresh *forgotten = refresh_at(refreshes, refresh);

    SIM_ASSERT(forgotten->waiting == NONE && forgotten->included == NONE);
    if (refreshes->interval > 0) {
        model_index_remove(&refreshes->index, forgotten->key);
    }
    forgotten->state = WORLD_REFRESH_FREE;
    model_pool_give(&refreshes->refreshes, refresh);
}

/* Where a refresh goes that neither is in line nor under way. */
static void place(struct world_refreshes *refreshes, uint32_t refresh, sim_time now)
{
    const struct world_refresh *placed = refresh_at(refreshes, refresh);

    SIM_ASSERT(placed->included == NONE);
    if (placed->allowed > now) {
        rest(refreshes, refresh);
    } else if (placed->waiting != NONE) {
        get_in_line(refreshes, refresh, now);
    } else {
        forget(refreshes, refresh);
    }
}

/* ---- changes ---- */

static uint32_t make(struct world_refreshes *refreshes, uint64_t key, sim_time now)
{
    uint32_t refresh = model_pool_take(&refreshes->refreshes);
    struct world_refresh *made = model_pool_at(&refreshes->refreshes, refresh);

    *made = (struct world_refresh){
        .key = key,
        .allowed = now,
        .waiting = NONE,
        .included = NONE,
        .next = NONE,
        .state = WORLD_REFRESH_RESTING,
    };
    if (refreshes->interval > 0) {
        model_index_insert(&refreshes->index, key, refresh);
    }
    SIM_ASSERT(refreshes->refreshes.count > 0);
    return refresh;
}

bool world_refreshes_add(
    struct world_refreshes *refreshes, uint64_t key, uint32_t slot, sim_time now)
{
    uint32_t refresh = NONE;

    SIM_ASSERT(!world_refreshes_are_full(refreshes));
    bool is_new = refreshes->interval == 0 || !model_index_find(&refreshes->index, key, &refresh);
    if (is_new) {
        refresh = make(refreshes, key, now);
    }
    struct world_refresh *found = refresh_at(refreshes, refresh);
    uint32_t change = world_recency_add(&refreshes->order);
    bool is_coalesced = found->waiting != NONE;
    refreshes->changes[change] = (struct world_refresh_change){
        .key = key, .since = now, .next = found->waiting, .slot = slot};
    found->waiting = change;
    if (is_new) {
        get_in_line(refreshes, refresh, now);
    }
    return is_coalesced;
}

const struct world_refresh_change *world_refreshes_oldest(const struct world_refreshes *refreshes)
{
    uint32_t oldest = world_recency_last(&refreshes->order);

    SIM_ASSERT((oldest == WORLD_RECENCY_NONE) == (refreshes->order.count == 0));
    return oldest == WORLD_RECENCY_NONE ? NULL : &refreshes->changes[oldest];
}

/* ---- refreshes ---- */

sim_time world_refreshes_ready_since(const struct world_refreshes *refreshes)
{
    SIM_ASSERT((refreshes->first == NONE) == (refreshes->ready_count == 0));
    return refreshes->first == NONE ? SIM_NEVER : refresh_at(refreshes, refreshes->first)->since;
}

sim_time world_refreshes_next(const struct world_refreshes *refreshes)
{
    SIM_ASSERT(refreshes->resting.count <= refreshes->refreshes.count);
    return model_deadlines_next(&refreshes->resting);
}

void world_refreshes_wake(struct world_refreshes *refreshes, sim_time now)
{
    uint32_t refresh;

    while (model_deadlines_pop(&refreshes->resting, now, &refresh)) {
        SIM_ASSERT(refresh_at(refreshes, refresh)->state == WORLD_REFRESH_RESTING);
        place(refreshes, refresh, now);
    }
}

uint32_t world_refreshes_begin(struct world_refreshes *refreshes, sim_time now)
{
    uint32_t refresh = refreshes->first;

    if (refresh == NONE) {
        return NONE;
    }
    struct world_refresh *begun = refresh_at(refreshes, refresh);
    SIM_ASSERT(begun->state == WORLD_REFRESH_READY && begun->included == NONE);
    refreshes->first = begun->next;
    if (refreshes->first == NONE) {
        refreshes->last = NONE;
    }
    refreshes->ready_count--;
    refreshes->under_way++;
    begun->state = WORLD_REFRESH_UNDER_WAY;
    begun->allowed = now > SIM_NEVER - refreshes->interval ? SIM_NEVER : now + refreshes->interval;
    begun->included = begun->waiting;
    begun->waiting = NONE;
    return refresh;
}

uint64_t world_refreshes_key(const struct world_refreshes *refreshes, uint32_t refresh)
{
    SIM_ASSERT(refresh_at(refreshes, refresh)->state == WORLD_REFRESH_UNDER_WAY);
    return refresh_at(refreshes, refresh)->key;
}

uint32_t world_refreshes_failures(const struct world_refreshes *refreshes, uint32_t refresh)
{
    SIM_ASSERT(refresh_at(refreshes, refresh)->state == WORLD_REFRESH_UNDER_WAY);
    return refresh_at(refreshes, refresh)->failures;
}

uint32_t world_refreshes_included(const struct world_refreshes *refreshes, uint32_t refresh)
{
    SIM_ASSERT(refresh_at(refreshes, refresh)->state == WORLD_REFRESH_UNDER_WAY);
    return refresh_at(refreshes, refresh)->included;
}

bool world_refreshes_take(
    struct world_refreshes *refreshes, uint32_t refresh, struct world_refresh_change *out_change)
{
    struct world_refresh *taken_of = refresh_at(refreshes, refresh);
    uint32_t change = taken_of->included;

    SIM_ASSERT(taken_of->state == WORLD_REFRESH_UNDER_WAY);
    if (change == NONE) {
        return false;
    }
    *out_change = refreshes->changes[change];
    taken_of->included = out_change->next;
    world_recency_remove(&refreshes->order, change);
    return true;
}

/* Those that were included go behind those that wait: they are older. */
static void put_back(struct world_refreshes *refreshes, struct world_refresh *refresh)
{
    uint32_t *end = &refresh->waiting;

    while (*end != NONE) {
        end = &refreshes->changes[*end].next;
    }
    *end = refresh->included;
    refresh->included = NONE;
    SIM_ASSERT(refresh->state == WORLD_REFRESH_UNDER_WAY);
}

void world_refreshes_end(
    struct world_refreshes *refreshes, uint32_t refresh, sim_time delay, sim_time now)
{
    struct world_refresh *ended = refresh_at(refreshes, refresh);

    SIM_ASSERT(ended->state == WORLD_REFRESH_UNDER_WAY && delay >= 0 && refreshes->under_way > 0);
    bool is_failure = ended->included != NONE && ended->failures < UINT16_MAX;
    ended->failures = (uint16_t)(is_failure ? ended->failures + 1 : 0);
    put_back(refreshes, ended);
    refreshes->under_way--;
    if (ended->allowed < now + delay) {
        ended->allowed = now + delay;
    }
    place(refreshes, refresh, now);
}

/* ---- check ---- */

static uint32_t count_changes(const struct world_refreshes *refreshes, uint32_t newest)
{
    uint32_t count = 0;

    for (uint32_t i = newest; i != NONE; i = refreshes->changes[i].next) {
        SIM_ASSERT(count < refreshes->order.count);
        count++;
    }
    return count;
}

static void check_line(const struct world_refreshes *refreshes)
{
    uint32_t count = 0;
    uint32_t last = NONE;

    for (uint32_t i = refreshes->first; i != NONE; i = refresh_at(refreshes, i)->next) {
        SIM_ASSERT(refresh_at(refreshes, i)->state == WORLD_REFRESH_READY);
        last = i;
        count++;
        SIM_ASSERT(count <= refreshes->ready_count);
    }
    SIM_ASSERT(count == refreshes->ready_count && last == refreshes->last);
}

void world_refreshes_check(const struct world_refreshes *refreshes)
{
    uint32_t changes = 0;
    uint32_t used = 0;

    world_recency_check(&refreshes->order);
    model_pool_check(&refreshes->refreshes);
    model_deadlines_check(&refreshes->resting);
    check_line(refreshes);
    for (uint32_t i = 0; i < refreshes->refreshes.used; i++) {
        const struct world_refresh *refresh = model_pool_at(&refreshes->refreshes, i);
        bool is_resting = refresh->state == WORLD_REFRESH_RESTING;
        if (refresh->state == WORLD_REFRESH_FREE) {
            continue;
        }
        used++;
        changes += count_changes(refreshes, refresh->waiting);
        changes += count_changes(refreshes, refresh->included);
        SIM_ASSERT(is_resting == model_deadlines_has(&refreshes->resting, i));
        SIM_ASSERT(refresh->state != WORLD_REFRESH_READY || refresh->waiting != NONE);
    }
    SIM_ASSERT(used == refreshes->refreshes.count && changes == refreshes->order.count);
    SIM_ASSERT(refreshes->interval == 0 || refreshes->index.count == used);
    SIM_ASSERT(used == refreshes->ready_count + refreshes->under_way + refreshes->resting.count);
}
