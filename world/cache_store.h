/* world/cache_store.h - the keys that a cache holds, and which of them must go for a new one.
 *
 * LRU: the one not read for longest. S3-FIFO (Yang, Zhang, Qiu, Yue and Rashmi, "FIFO queues are
 * all you need for cache eviction", SOSP 2023, algorithm 1): a new key stands in a small queue, a
 * tenth of all; one read more than once there moves on to the main queue, the others leave, and are
 * remembered for a while: if they come again, they go to the main queue at once. So what is read
 * only once never pushes out what is read again and again.
 *
 * A pure state, O(1) for each operation (S3-FIFO: on average). At most 200 bytes a key. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_CACHE_STORE_H
#define WORLD_CACHE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "models/index.h"
#include "sim/base.h"

#define WORLD_CACHE_NONE UINT32_MAX

enum world_cache_policy {
    WORLD_CACHE_LRU,
    WORLD_CACHE_S3_FIFO,
};

struct world_cache_entry {
    uint64_t key;
    uint64_t version;
    sim_time expires;
    uint32_t older;
    uint32_t newer;
    uint8_t queue;
    uint8_t reads; /* since it came into its queue: 3 at most */
};

enum world_cache_queue {
    WORLD_CACHE_SMALL,
    WORLD_CACHE_MAIN, /* of LRU: the only one */
    WORLD_CACHE_FREE,
    WORLD_CACHE_QUEUE_COUNT,
};

struct world_cache_list {
    uint32_t newest;
    uint32_t oldest;
    uint32_t count;
};

struct world_cache_store {
    enum world_cache_policy policy;
    struct world_cache_entry *entries;
    uint32_t capacity;
    uint32_t small_max;
    struct model_index index; /* from a key to its entry */
    struct world_cache_list queues[WORLD_CACHE_QUEUE_COUNT];
    uint64_t *ghosts; /* S3-FIFO: a ring of keys that left the small queue */
    uint32_t ghost_capacity;
    uint32_t ghost_next;
    struct model_index ghost_index; /* from a key to its place in the ring */
    uint64_t evicted;
};

/* `capacity` keys; of S3-FIFO at least 10. */
void world_cache_store_init(
    struct world_cache_store *store, enum world_cache_policy policy, uint32_t capacity);
void world_cache_store_finish(struct world_cache_store *store);

/* The entry of a key that is read; WORLD_CACHE_NONE when it is not held. */
uint32_t world_cache_store_read(struct world_cache_store *store, uint64_t key);

/* The same without counting as a read. */
uint32_t world_cache_store_find(const struct world_cache_store *store, uint64_t key);

/* The entry of a key that is not held; another goes when there is no room. */
uint32_t world_cache_store_insert(struct world_cache_store *store, uint64_t key);

void world_cache_store_remove(struct world_cache_store *store, uint32_t entry);

/* Bytes held for the keys. */
uint64_t world_cache_store_size(const struct world_cache_store *store);

/* Forgets all keys. O(capacity). */
void world_cache_store_clear(struct world_cache_store *store);

void world_cache_store_check(const struct world_cache_store *store);

#endif
