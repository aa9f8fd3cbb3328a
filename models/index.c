/* Open addressing with linear probing, at most half full. A removal moves back the entries behind
 * the hole that may be there (Knuth, The Art of Computer Programming 3, 6.4, algorithm R), so there
 * are no tombstones. */
/* SPDX-License-Identifier: MIT */
#include "models/index.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 64

void model_index_init(struct model_index *index)
{
    *index = (struct model_index){
        .entries = sim_allocate(CAPACITY_FIRST, sizeof(*index->entries)),
        .capacity = CAPACITY_FIRST,
    };
}

void model_index_finish(struct model_index *index)
{
    free(index->entries);
    *index = (struct model_index){.entries = NULL};
}

/* The finalizer of MurmurHash3 (Appleby), a bijection of 64-bit numbers. */
static uint64_t mix(uint64_t key)
{
    key = (key ^ key >> 33) * UINT64_C(0xff51afd7ed558ccd);
    key = (key ^ key >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return key ^ key >> 33;
}

/* Where `key` is, or else the free place where it would go. */
static uint64_t place_of(const struct model_index *index, uint64_t key)
{
    uint64_t place = mix(key) & (index->capacity - 1);

    SIM_ASSERT(index->count <= index->capacity / 2);
    while (index->entries[place].is_used && index->entries[place].key != key) {
        place = (place + 1) & (index->capacity - 1);
    }
    return place;
}

static void grow(struct model_index *index)
{
    struct model_index old = *index;

    SIM_ASSERT(old.capacity <= SIZE_MAX / 2);
    index->capacity = old.capacity * 2;
    index->entries = sim_allocate(index->capacity, sizeof(*index->entries));
    for (uint64_t i = 0; i < old.capacity; i++) {
        if (old.entries[i].is_used) {
            index->entries[place_of(index, old.entries[i].key)] = old.entries[i];
        }
    }
    free(old.entries);
}

void model_index_insert(struct model_index *index, uint64_t key, uint32_t value)
{
    if (index->count == index->capacity / 2) {
        grow(index);
    }
    uint64_t place = place_of(index, key);
    SIM_ASSERT(!index->entries[place].is_used);
    index->entries[place] = (struct model_index_entry){.key = key, .value = value, .is_used = true};
    index->count++;
}

bool model_index_find(const struct model_index *index, uint64_t key, uint32_t *out_value)
{
    const struct model_index_entry *entry = &index->entries[place_of(index, key)];

    if (!entry->is_used) {
        return false;
    }
    SIM_ASSERT(entry->key == key);
    *out_value = entry->value;
    return true;
}

void model_index_prefetch(const struct model_index *index, uint64_t key)
{
    SIM_ASSERT(index->capacity > 0);
    __builtin_prefetch(&index->entries[mix(key) & (index->capacity - 1)]);
}

void model_index_remove(struct model_index *index, uint64_t key)
{
    uint64_t mask = index->capacity - 1;
    uint64_t hole = place_of(index, key);

    SIM_ASSERT(index->entries[hole].is_used);
    for (uint64_t i = (hole + 1) & mask; index->entries[i].is_used; i = (i + 1) & mask) {
        uint64_t home = mix(index->entries[i].key) & mask;
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            index->entries[hole] = index->entries[i];
            hole = i;
        }
    }
    index->entries[hole].is_used = false;
    index->count--;
}

void model_index_clear(struct model_index *index)
{
    SIM_ASSERT(index->count <= index->capacity / 2);
    memset(index->entries, 0, index->capacity * sizeof(*index->entries));
    index->count = 0;
}
