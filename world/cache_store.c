/* The queues are linked through the entries. A ghost that comes back stays in the ring, but not in
 * its index, until its place is written over. */
/* SPDX-License-Identifier: MIT */
#include "world/cache_store.h"

#include <stdlib.h>

#define NONE        WORLD_CACHE_NONE
#define SMALL_SHARE 10 /* one in so many */
#define READS_MAX   3

static void unlink_entry(struct world_cache_store *store, uint32_t entry)
{
    const struct world_cache_entry *unlinked = &store->entries[entry];
    struct world_cache_list *list = &store->queues[unlinked->queue];

    SIM_ASSERT(list->count > 0);
    if (unlinked->newer == NONE) {
        list->newest = unlinked->older;
    } else {
        store->entries[unlinked->newer].older = unlinked->older;
    }
    if (unlinked->older == NONE) {
        list->oldest = unlinked->newer;
    } else {
        store->entries[unlinked->older].newer = unlinked->newer;
    }
    list->count--;
}

static void link_newest(
    struct world_cache_store *store, uint32_t entry, enum world_cache_queue queue)
{
    struct world_cache_list *list = &store->queues[queue];
    struct world_cache_entry *linked = &store->entries[entry];

    SIM_ASSERT(list->count < store->capacity);
    linked->queue = (uint8_t)queue;
    linked->older = list->newest;
    linked->newer = NONE;
    if (list->newest == NONE) {
        list->oldest = entry;
    } else {
        store->entries[list->newest].newer = entry;
    }
    list->newest = entry;
    list->count++;
}

static void move(struct world_cache_store *store, uint32_t entry, enum world_cache_queue queue)
{
    unlink_entry(store, entry);
    link_newest(store, entry, queue);
    SIM_ASSERT(store->queues[queue].newest == entry);
}

void world_cache_store_clear(struct world_cache_store *store)
{
    model_index_clear(&store->index);
    model_index_clear(&store->ghost_index);
    for (int i = 0; i < WORLD_CACHE_QUEUE_COUNT; i++) {
        store->queues[i] = (struct world_cache_list){.newest = NONE, .oldest = NONE};
    }
    for (uint32_t i = 0; i < store->capacity; i++) {
        link_newest(store, i, WORLD_CACHE_FREE);
    }
    store->ghost_next = 0;
    SIM_ASSERT(store->index.count == 0 && store->ghost_index.count == 0);
}

void world_cache_store_init(
    struct world_cache_store *store, enum world_cache_policy policy, uint32_t capacity)
{
    bool is_s3 = policy == WORLD_CACHE_S3_FIFO;

    SIM_ASSERT(capacity > 0 && capacity < NONE && (!is_s3 || capacity >= SMALL_SHARE));
    *store = (struct world_cache_store){
        .policy = policy,
        .entries = sim_allocate(capacity, sizeof(*store->entries)),
        .capacity = capacity,
        .small_max = capacity / SMALL_SHARE,
    };
    model_index_init(&store->index);
    model_index_init(&store->ghost_index);
    if (is_s3) {
        store->ghost_capacity = capacity - store->small_max;
        store->ghosts = sim_allocate(store->ghost_capacity, sizeof(*store->ghosts));
    }
    world_cache_store_clear(store);
}

void world_cache_store_finish(struct world_cache_store *store)
{
    model_index_finish(&store->index);
    model_index_finish(&store->ghost_index);
    free(store->entries);
    free(store->ghosts);
    *store = (struct world_cache_store){0};
}

/* ---- ghosts ---- */

static void remember_ghost(struct world_cache_store *store, uint64_t key)
{
    uint32_t place = store->ghost_next;
    uint32_t found;

    SIM_ASSERT(store->policy == WORLD_CACHE_S3_FIFO && place < store->ghost_capacity);
    if (model_index_find(&store->ghost_index, store->ghosts[place], &found) && found == place) {
        model_index_remove(&store->ghost_index, store->ghosts[place]);
    }
    if (model_index_find(&store->ghost_index, key, &found)) {
        model_index_remove(&store->ghost_index, key);
    }
    store->ghosts[place] = key;
    model_index_insert(&store->ghost_index, key, place);
    store->ghost_next = place + 1 == store->ghost_capacity ? 0 : place + 1;
}

static bool take_ghost(struct world_cache_store *store, uint64_t key)
{
    uint32_t place;

    if (!model_index_find(&store->ghost_index, key, &place)) {
        return false;
    }
    SIM_ASSERT(store->ghosts[place] == key);
    model_index_remove(&store->ghost_index, key);
    return true;
}

/* ---- eviction ---- */

void world_cache_store_remove(struct world_cache_store *store, uint32_t entry)
{
    SIM_ASSERT(store->entries[entry].queue != WORLD_CACHE_FREE);
    model_index_remove(&store->index, store->entries[entry].key);
    move(store, entry, WORLD_CACHE_FREE);
}

static void evict(struct world_cache_store *store, uint32_t entry)
{
    SIM_ASSERT(store->queues[WORLD_CACHE_FREE].count == 0);
    world_cache_store_remove(store, entry);
    store->evicted++;
}

/* Each round either evicts, or takes a read away: at most READS_MAX rounds a key. */
static void evict_from_main(struct world_cache_store *store)
{
    const struct world_cache_list *main_queue = &store->queues[WORLD_CACHE_MAIN];

    SIM_ASSERT(main_queue->count > 0);
    while (store->entries[main_queue->oldest].reads > 0) {
        uint32_t oldest = main_queue->oldest;
        store->entries[oldest].reads--;
        move(store, oldest, WORLD_CACHE_MAIN);
    }
    evict(store, main_queue->oldest);
}

/* Returns false when all of the small queue has moved on, and nothing was evicted. */
static bool evict_from_small(struct world_cache_store *store)
{
    const struct world_cache_list *small = &store->queues[WORLD_CACHE_SMALL];

    while (small->count > 0) {
        uint32_t oldest = small->oldest;
        if (store->entries[oldest].reads <= 1) {
            remember_ghost(store, store->entries[oldest].key);
            evict(store, oldest);
            return true;
        }
        store->entries[oldest].reads = 0;
        move(store, oldest, WORLD_CACHE_MAIN);
    }
    SIM_ASSERT(store->queues[WORLD_CACHE_MAIN].count == store->capacity);
    return false;
}

static void make_room(struct world_cache_store *store)
{
    SIM_ASSERT(store->queues[WORLD_CACHE_FREE].count == 0);
    if (store->policy == WORLD_CACHE_LRU) {
        evict(store, store->queues[WORLD_CACHE_MAIN].oldest);
        return;
    }
    if (store->queues[WORLD_CACHE_SMALL].count < store->small_max || !evict_from_small(store)) {
        evict_from_main(store);
    }
}

/* ---- keys ---- */

uint32_t world_cache_store_find(const struct world_cache_store *store, uint64_t key)
{
    uint32_t entry;

    if (!model_index_find(&store->index, key, &entry)) {
        return NONE;
    }
    SIM_ASSERT(store->entries[entry].key == key);
    return entry;
}

uint32_t world_cache_store_read(struct world_cache_store *store, uint64_t key)
{
    uint32_t entry = world_cache_store_find(store, key);

    if (entry == NONE) {
        return NONE;
    }
    struct world_cache_entry *read = &store->entries[entry];
    SIM_ASSERT(read->queue != WORLD_CACHE_FREE);
    if (store->policy == WORLD_CACHE_LRU) {
        move(store, entry, WORLD_CACHE_MAIN);
    } else if (read->reads < READS_MAX) {
        read->reads++;
    }
    return entry;
}

uint32_t world_cache_store_insert(struct world_cache_store *store, uint64_t key)
{
    bool is_lru = store->policy == WORLD_CACHE_LRU;
    bool goes_to_main = is_lru || take_ghost(store, key);

    SIM_ASSERT(world_cache_store_find(store, key) == NONE);
    if (store->queues[WORLD_CACHE_FREE].count == 0) {
        make_room(store);
    }
    uint32_t entry = store->queues[WORLD_CACHE_FREE].oldest;
    struct world_cache_entry *inserted = &store->entries[entry];
    inserted->key = key;
    inserted->version = 0;
    inserted->expires = SIM_NEVER;
    inserted->reads = 0;
    model_index_insert(&store->index, key, entry);
    move(store, entry, goes_to_main ? WORLD_CACHE_MAIN : WORLD_CACHE_SMALL);
    return entry;
}

uint64_t world_cache_store_size(const struct world_cache_store *store)
{
    uint64_t indexed = store->index.capacity + store->ghost_index.capacity;

    SIM_ASSERT(store->capacity > 0);
    return store->capacity * sizeof(*store->entries) +
           store->ghost_capacity * sizeof(*store->ghosts) +
           indexed * sizeof(struct model_index_entry);
}

static uint32_t check_queue(const struct world_cache_store *store, uint32_t queue)
{
    uint32_t count = 0;
    uint32_t newer = NONE;

    for (uint32_t i = store->queues[queue].newest; i != NONE; i = store->entries[i].older) {
        SIM_ASSERT(store->entries[i].queue == queue && store->entries[i].newer == newer);
        SIM_ASSERT(count < store->capacity);
        newer = i;
        count++;
    }
    SIM_ASSERT(newer == store->queues[queue].oldest && count == store->queues[queue].count);
    return count;
}

void world_cache_store_check(const struct world_cache_store *store)
{
    uint32_t count = 0;

    for (uint32_t queue = 0; queue < WORLD_CACHE_QUEUE_COUNT; queue++) {
        count += check_queue(store, queue);
    }
    SIM_ASSERT(count == store->capacity);
    SIM_ASSERT(store->index.count == count - store->queues[WORLD_CACHE_FREE].count);
    SIM_ASSERT(store->ghost_index.count <= store->ghost_capacity);
    SIM_ASSERT(store->policy != WORLD_CACHE_LRU || store->queues[WORLD_CACHE_SMALL].count == 0);
}
