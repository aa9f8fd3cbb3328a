/* Deadlines are equally far, so the order of starting is theirs. The fetches of one key are linked
 * from the newest: of those, when one is void, all older ones are. */
/* SPDX-License-Identifier: MIT */
#include "world/fetches.h"

#include <stdlib.h>

#define NONE WORLD_FETCHES_NONE

/* A request that waits for a fetch. */
struct waiter {
    uint32_t next;
    uint32_t slot;
};

void world_fetches_init(struct world_fetches *fetches, uint32_t waiting_max, sim_time timeout)
{
    SIM_ASSERT(waiting_max > 0 && timeout > 0);
    *fetches = (struct world_fetches){
        .fetches = sim_allocate(waiting_max, sizeof(*fetches->fetches)),
        .waiting_max = waiting_max,
        .timeout = timeout,
    };
    world_recency_init(&fetches->order, waiting_max);
    model_index_init(&fetches->newest);
    model_pool_init(&fetches->waiters, sizeof(struct waiter));
}

void world_fetches_finish(struct world_fetches *fetches)
{
    world_recency_finish(&fetches->order);
    model_index_finish(&fetches->newest);
    model_pool_finish(&fetches->waiters);
    free(fetches->fetches);
    fetches->fetches = NULL;
}

bool world_fetches_are_full(const struct world_fetches *fetches)
{
    SIM_ASSERT(fetches->order.count <= fetches->waiters.count);
    return fetches->waiters.count == fetches->waiting_max;
}

uint32_t world_fetches_find(const struct world_fetches *fetches, uint64_t key)
{
    uint32_t fetch;

    if (!model_index_find(&fetches->newest, key, &fetch) || fetches->fetches[fetch].is_void) {
        return NONE;
    }
    SIM_ASSERT(fetches->fetches[fetch].is_used && fetches->fetches[fetch].key == key);
    return fetch;
}

static sim_time deadline_after(const struct world_fetches *fetches, sim_time now)
{
    SIM_ASSERT(now >= 0 && fetches->timeout > 0);
    return now > SIM_NEVER - fetches->timeout ? SIM_NEVER : now + fetches->timeout;
}

uint32_t world_fetches_start(
    struct world_fetches *fetches, uint64_t key, uint64_t message, sim_time now)
{
    uint32_t fetch = world_recency_add(&fetches->order);
    uint32_t older = NONE;

    if (model_index_find(&fetches->newest, key, &older)) {
        model_index_remove(&fetches->newest, key);
        fetches->fetches[older].newer = fetch;
    }
    model_index_insert(&fetches->newest, key, fetch);
    SIM_ASSERT(older != fetch && !fetches->fetches[fetch].is_used);
    fetches->fetches[fetch] = (struct world_fetch){
        .key = key,
        .message = message,
        .deadline = deadline_after(fetches, now),
        .waiters = NONE,
        .older = older,
        .newer = NONE,
        .is_used = true,
    };
    return fetch;
}

void world_fetches_send(struct world_fetches *fetches, uint32_t fetch, sim_time now)
{
    struct world_fetch *sent = &fetches->fetches[fetch];

    SIM_ASSERT(sent->is_used && !sent->is_sent);
    sent->is_sent = true;
    sent->deadline = deadline_after(fetches, now);
    world_recency_touch(&fetches->order, fetch);
}

void world_fetches_join(struct world_fetches *fetches, uint32_t fetch, uint32_t slot)
{
    SIM_ASSERT(fetches->fetches[fetch].is_used && fetches->waiters.count < fetches->waiting_max);

    uint32_t place = model_pool_take(&fetches->waiters);
    struct waiter *waiter = model_pool_at(&fetches->waiters, place);
    *waiter = (struct waiter){.next = fetches->fetches[fetch].waiters, .slot = slot};
    fetches->fetches[fetch].waiters = place;
}

bool world_fetches_take(
    struct world_fetches *fetches, struct world_fetch *fetch, uint32_t *out_slot)
{
    uint32_t place = fetch->waiters;

    if (place == NONE) {
        return false;
    }
    const struct waiter *waiter = model_pool_at(&fetches->waiters, place);
    *out_slot = waiter->slot;
    fetch->waiters = waiter->next;
    model_pool_give(&fetches->waiters, place);
    SIM_ASSERT(fetch->waiters != place);
    return true;
}

bool world_fetches_is_awaited(const struct world_fetches *fetches, uint32_t fetch, uint64_t message)
{
    SIM_ASSERT(fetches->fetches != NULL);
    return fetch < fetches->waiting_max && fetches->fetches[fetch].is_used &&
           fetches->fetches[fetch].message == message;
}

struct world_fetch world_fetches_end(struct world_fetches *fetches, uint32_t fetch)
{
    struct world_fetch ended = fetches->fetches[fetch];

    SIM_ASSERT(ended.is_used);
    if (ended.newer != NONE) {
        fetches->fetches[ended.newer].older = ended.older;
    } else {
        model_index_remove(&fetches->newest, ended.key);
        if (ended.older != NONE) {
            model_index_insert(&fetches->newest, ended.key, ended.older);
        }
    }
    if (ended.older != NONE) {
        fetches->fetches[ended.older].newer = ended.newer;
    }
    fetches->fetches[fetch].is_used = false;
    world_recency_remove(&fetches->order, fetch);
    return ended;
}

void world_fetches_void(struct world_fetches *fetches, uint64_t key)
{
    uint32_t fetch = NONE;

    if (!model_index_find(&fetches->newest, key, &fetch)) {
        return;
    }
    SIM_ASSERT(fetches->fetches[fetch].key == key);
    while (fetch != NONE && !fetches->fetches[fetch].is_void) {
        fetches->fetches[fetch].is_void = true;
        fetch = fetches->fetches[fetch].older;
    }
}

uint32_t world_fetches_oldest(const struct world_fetches *fetches)
{
    return world_recency_last(&fetches->order);
}

static uint32_t count_waiters(const struct world_fetches *fetches, const struct world_fetch *fetch)
{
    uint32_t count = 0;
    uint32_t place = fetch->waiters;

    while (place != NONE) {
        const struct waiter *waiter = model_pool_at(&fetches->waiters, place);
        SIM_ASSERT(count < fetches->waiting_max);
        place = waiter->next;
        count++;
    }
    SIM_ASSERT(count > 0);
    return count;
}

void world_fetches_check(const struct world_fetches *fetches)
{
    uint32_t used = 0;
    uint32_t newest = 0;
    uint32_t waiting = 0;

    world_recency_check(&fetches->order);
    model_pool_check(&fetches->waiters);
    for (uint32_t i = 0; i < fetches->waiting_max; i++) {
        const struct world_fetch *fetch = &fetches->fetches[i];
        if (!fetch->is_used) {
            continue;
        }
        used++;
        newest += fetch->newer == NONE;
        waiting += count_waiters(fetches, fetch);
        if (fetch->older != NONE) {
            SIM_ASSERT(fetches->fetches[fetch->older].newer == i);
            SIM_ASSERT(!fetch->is_void || fetches->fetches[fetch->older].is_void);
        }
    }
    SIM_ASSERT(used == fetches->order.count && newest == fetches->newest.count);
    SIM_ASSERT(waiting == fetches->waiters.count);
}
