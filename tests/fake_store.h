/* tests/fake_store.h - a store in memory for tests of queues: it keeps every record, commits when
 * it is told to, and loses what is not committed in a crash. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FAKE_STORE_H
#define TESTS_FAKE_STORE_H

#include <stdlib.h>
#include <string.h>

#include "models/store.h"

#define FAKE_RECORD_SIZE 128

struct fake_record {
    uint8_t bytes[FAKE_RECORD_SIZE];
    uint32_t size;
};

struct fake_store {
    struct model_store store;
    struct fake_record *records; /* of position 1, 2, ... */
    uint64_t count;
    uint64_t capacity;
    uint64_t released;
};

static inline uint64_t fake_store_append(void *context, const void *record, uint32_t size)
{
    struct fake_store *store = context;

    SIM_ASSERT(size > 0 && size <= FAKE_RECORD_SIZE);
    if (store->count == store->capacity) {
        uint64_t capacity = store->capacity == 0 ? 64 : store->capacity * 2;
        store->records =
            sim_grow(store->records, store->capacity, capacity, sizeof(*store->records));
        store->capacity = capacity;
    }
    memcpy(store->records[store->count].bytes, record, size);
    store->records[store->count].size = size;
    return ++store->count;
}

static inline void fake_store_release(void *context, uint64_t position)
{
    struct fake_store *store = context;

    SIM_ASSERT(position > store->released && position <= store->count);
    store->released = position;
}

static inline struct fake_store *fake_store_create(void)
{
    struct fake_store *store = sim_allocate(1, sizeof(*store));

    store->store = (struct model_store){
        .append = fake_store_append, .release = fake_store_release, .context = store};
    return store;
}

static inline void fake_store_destroy(struct fake_store *store)
{
    free(store->records);
    free(store);
}

/* A crash: what comes after `kept` is gone. */
static inline void fake_store_lose(struct fake_store *store, uint64_t kept)
{
    SIM_ASSERT(kept <= store->count);
    store->count = kept;
    store->released = store->released < kept ? store->released : kept;
}

#endif
