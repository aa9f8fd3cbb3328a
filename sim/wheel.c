/* Two bitmaps find the first list in two steps. Chunks come from slabs that are freed at the end
 * alone; an emptied chunk is the next to be filled, while it is still in the cache. */
/* SPDX-License-Identifier: MIT */
#include "sim/wheel.h"

#include <stdlib.h>
#include <string.h>

#include "sim/sort.h"

#define SLAB_CHUNKS 32U

/* ---- digits ---- */

/* The level of the highest bit set, 0 for none. */
static uint32_t level_of(uint64_t bits)
{
    return (63U - (uint32_t)__builtin_clzll(bits | 1)) / SIM_WHEEL_DIGIT_BITS;
}

static uint32_t digit_of(sim_time time, uint32_t level)
{
    SIM_ASSERT(level < SIM_WHEEL_LEVELS);

    return (uint32_t)((uint64_t)time >> (level * SIM_WHEEL_DIGIT_BITS)) % SIM_WHEEL_DIGITS;
}

/* All bits of this digit and those below it. */
static uint64_t mask_of(uint32_t level)
{
    SIM_ASSERT(level < SIM_WHEEL_LEVELS);

    uint32_t bits = (level + 1) * SIM_WHEEL_DIGIT_BITS;

    return bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX;
}

/* ---- chunks ---- */

static void add_slab(struct sim_wheel *wheel)
{
    SIM_ASSERT(wheel->free == NULL);

    /* Slabs are few: the array of pointers to them is replaced whenever it is a power of two long.
     */
    if ((wheel->slab_count & (wheel->slab_count - 1)) == 0) {
        uint32_t capacity = wheel->slab_count == 0 ? 1 : 2 * wheel->slab_count;
        wheel->slabs =
            sim_grow(wheel->slabs, wheel->slab_count, capacity, sizeof(struct sim_wheel_chunk *));
    }
    struct sim_wheel_chunk *slab = sim_allocate_aligned(SLAB_CHUNKS, sizeof(*slab));
    for (uint32_t i = SLAB_CHUNKS; i-- > 0;) {
        sim_wheel_free_chunk(wheel, &slab[i]);
    }
    wheel->slabs[wheel->slab_count++] = slab;
}

void sim_wheel_free_chunk(struct sim_wheel *wheel, struct sim_wheel_chunk *chunk)
{
    SIM_ASSERT(chunk != NULL);

    chunk->next = wheel->free;
    wheel->free = chunk;
}

static struct sim_wheel_chunk *new_chunk(struct sim_wheel *wheel)
{
    SIM_ASSERT(wheel->slab_count > 0 || wheel->free == NULL);

    if (wheel->free == NULL) {
        add_slab(wheel);
    }
    struct sim_wheel_chunk *chunk = wheel->free;
    wheel->free = chunk->next;
    chunk->next = NULL;
    return chunk;
}

/* ---- lists ---- */

static void add_chunk(struct sim_wheel *wheel, struct sim_wheel_list *list, sim_time time)
{
    struct sim_wheel_chunk *chunk = new_chunk(wheel);

    SIM_ASSERT(list->room == 0);
    if (list->head == NULL) {
        *list = (struct sim_wheel_list){.head = chunk, .first = time};
    } else {
        list->tail->count = SIM_WHEEL_CHUNK_KEYS;
        list->tail->next = chunk;
    }
    list->tail = chunk;
    list->room = SIM_WHEEL_CHUNK_KEYS;
}

static inline void append(struct sim_wheel *wheel, struct sim_wheel_list *list, sim_key key)
{
    SIM_ASSERT(list->room <= SIM_WHEEL_CHUNK_KEYS);

    sim_time time = sim_key_time(key);

    if (__builtin_expect(list->room == 0, 0)) {
        add_chunk(wheel, list, time);
    }
    list->tail->keys[SIM_WHEEL_CHUNK_KEYS - list->room] = key;
    list->room--;
    list->count++;
    list->spread |= (uint64_t)(time ^ list->first);
}

void sim_wheel_append(struct sim_wheel *wheel, struct sim_wheel_list *list, sim_key key)
{
    SIM_ASSERT(list->head != NULL || list->room == 0);

    append(wheel, list, key);
}

void sim_wheel_close(struct sim_wheel_list *list)
{
    SIM_ASSERT(list->room <= SIM_WHEEL_CHUNK_KEYS);

    if (list->head != NULL) {
        list->tail->count = SIM_WHEEL_CHUNK_KEYS - list->room;
    }
}

struct sim_wheel_chunk *sim_wheel_take_chunk(struct sim_wheel_list *list)
{
    struct sim_wheel_chunk *chunk = list->head;

    SIM_ASSERT(chunk != NULL && list->count >= chunk->count);
    list->head = chunk->next;
    list->count -= chunk->count;
    return chunk;
}

void sim_wheel_join(struct sim_wheel_list *list, struct sim_wheel_list from)
{
    if (from.head == NULL) {
        return;
    }
    if (list->head == NULL) {
        *list = from;
        return;
    }
    SIM_ASSERT(list->tail->next == NULL && list->tail->count > 0);
    SIM_ASSERT(from.tail->next == NULL && from.tail->count > 0);
    list->spread |= from.spread | (uint64_t)(from.first ^ list->first);
    list->tail->next = from.head;
    list->tail = from.tail;
    list->room = from.room;
    list->count += from.count;
}

/* Whether the keys of a chunk ascend, from a given one on. */
static bool ascends(const struct sim_wheel_chunk *chunk, sim_key from)
{
    SIM_ASSERT(chunk->count > 0 && chunk->count <= SIM_WHEEL_CHUNK_KEYS);

    for (uint64_t i = 0; i < chunk->count; i++) {
        if (chunk->keys[i] < from) {
            return false;
        }
        from = chunk->keys[i];
    }
    return true;
}

bool sim_wheel_is_in_order(const struct sim_wheel_list *list)
{
    SIM_ASSERT(list->head != NULL);

    sim_key last = 0;

    for (const struct sim_wheel_chunk *chunk = list->head; chunk != NULL; chunk = chunk->next) {
        if (!ascends(chunk, last)) {
            return false;
        }
        last = chunk->keys[chunk->count - 1];
    }
    return true;
}

/* Most often all keys are in one chunk. */
void sim_wheel_sort(struct sim_wheel_list *list)
{
    SIM_ASSERT(list->head != NULL && list->count <= SIM_WHEEL_SORT_MAX);

    sim_key scratch[SIM_WHEEL_SORT_MAX];
    sim_key keys[SIM_WHEEL_SORT_MAX];
    uint64_t count = 0;

    if (list->head == list->tail) {
        sim_sort_keys(list->head->keys, scratch, list->count);
        list->first = sim_key_time(list->head->keys[0]);
        return;
    }
    for (const struct sim_wheel_chunk *chunk = list->head; chunk != NULL; chunk = chunk->next) {
        memcpy(keys + count, chunk->keys, chunk->count * sizeof(sim_key));
        count += chunk->count;
    }
    SIM_ASSERT(count == list->count);
    sim_sort_keys(keys, scratch, count);
    list->first = sim_key_time(keys[0]);
    const sim_key *next = keys;
    for (struct sim_wheel_chunk *chunk = list->head; chunk != NULL; chunk = chunk->next) {
        memcpy(chunk->keys, next, chunk->count * sizeof(sim_key));
        next += chunk->count;
    }
}

/* ---- the wheel ---- */

void sim_wheel_init(struct sim_wheel *wheel)
{
    *wheel = (struct sim_wheel){.base = SIM_NEVER};
}

void sim_wheel_finish(struct sim_wheel *wheel)
{
    SIM_ASSERT(wheel->slab_count > 0 || wheel->free == NULL);

    for (uint32_t i = 0; i < wheel->slab_count; i++) {
        free(wheel->slabs[i]);
    }
    free(wheel->slabs);
}

static struct sim_wheel_list *mark_used(struct sim_wheel *wheel, uint32_t level, uint32_t digit)
{
    SIM_ASSERT(level < SIM_WHEEL_LEVELS);
    SIM_ASSERT(digit < SIM_WHEEL_DIGITS);

    wheel->used[level] |= UINT64_C(1) << digit;
    wheel->used_levels |= 1U << level;
    return &wheel->lists[level][digit];
}

struct sim_wheel_list sim_wheel_take_list(struct sim_wheel *wheel, uint32_t level, uint32_t digit)
{
    SIM_ASSERT(level < SIM_WHEEL_LEVELS && digit < SIM_WHEEL_DIGITS);

    struct sim_wheel_list list = wheel->lists[level][digit];

    SIM_ASSERT(wheel->count >= list.count);
    sim_wheel_close(&list);
    wheel->count -= list.count;
    wheel->lists[level][digit] = (struct sim_wheel_list){0};
    wheel->used[level] &= ~(UINT64_C(1) << digit);
    if (wheel->used[level] == 0) {
        wheel->used_levels &= ~(1U << level);
    }
    return list;
}

void sim_wheel_insert(struct sim_wheel *wheel, sim_key key)
{
    sim_time time = sim_key_time(key);

    SIM_ASSERT(time > wheel->base);
    uint32_t level = level_of((uint64_t)(time ^ wheel->base));
    append(wheel, mark_used(wheel, level, digit_of(time, level)), key);
    wheel->count++;
}

const struct sim_wheel_list *sim_wheel_next(struct sim_wheel *wheel)
{
    SIM_ASSERT((wheel->used_levels == 0) == (wheel->count == 0));

    if (wheel->used_levels == 0) {
        return NULL;
    }
    uint32_t level = (uint32_t)__builtin_ctz(wheel->used_levels);
    struct sim_wheel_list *list = &wheel->lists[level][__builtin_ctzll(wheel->used[level])];
    sim_wheel_close(list);
    return list;
}

/* Chunks lie anywhere: the next one is fetched whole while this one is dealt out. */
static void prefetch_chunk(const struct sim_wheel_chunk *chunk)
{
    const size_t line = 64;

    for (size_t offset = 0; offset < sizeof(*chunk) && chunk != NULL; offset += line) {
        __builtin_prefetch((const char *)chunk + offset);
    }
}

/* Deals the keys of a list out by one digit. */
static void deal(struct sim_wheel *wheel, struct sim_wheel_list list, uint32_t level)
{
    SIM_ASSERT(list.head != NULL && level < SIM_WHEEL_LEVELS);

    uint64_t used = wheel->used[level];

    wheel->count += list.count;
    while (list.head != NULL) {
        struct sim_wheel_chunk *chunk = sim_wheel_take_chunk(&list);
        prefetch_chunk(list.head);
        for (uint64_t i = 0; i < chunk->count; i++) {
            uint32_t digit = digit_of(sim_key_time(chunk->keys[i]), level);
            used |= UINT64_C(1) << digit;
            append(wheel, &wheel->lists[level][digit], chunk->keys[i]);
        }
        sim_wheel_free_chunk(wheel, chunk);
    }
    wheel->used[level] = used;
    wheel->used_levels |= 1U << level;
}

/* The end of the part of time that a list of this level stands for; that of one instant ends there.
 */
static sim_time end_of(const struct sim_wheel_list *list, uint32_t level)
{
    uint64_t lower = list->spread == 0 ? 0 : mask_of(level) >> SIM_WHEEL_DIGIT_BITS;

    SIM_ASSERT((list->spread & ~lower) == 0);
    return (sim_time)((uint64_t)list->first | lower);
}

/* Levels above that of the spread are skipped: there the keys of the list are all alike. */
struct sim_wheel_list sim_wheel_take(struct sim_wheel *wheel, uint64_t count_max)
{
    SIM_ASSERT(count_max > 0 && wheel->count > 0);

    for (;;) {
        uint32_t level = (uint32_t)__builtin_ctz(wheel->used_levels);
        uint32_t digit = (uint32_t)__builtin_ctzll(wheel->used[level]);
        struct sim_wheel_list list = sim_wheel_take_list(wheel, level, digit);
        if (list.spread == 0 || list.count <= count_max) {
            wheel->base = end_of(&list, level);
            return list;
        }
        SIM_ASSERT(level_of(list.spread) < level);
        deal(wheel, list, level_of(list.spread));
    }
}

/* What differs from the old base below the level where the two bases part, differs from the new one
 * there, and by the old base's digit. */
void sim_wheel_set_base(struct sim_wheel *wheel, sim_time base)
{
    SIM_ASSERT(base <= wheel->base || wheel->count == 0);

    uint32_t parting = level_of((uint64_t)(base ^ wheel->base));
    uint32_t digit = digit_of(wheel->base, parting);
    while ((wheel->used_levels & ((1U << parting) - 1)) != 0) {
        uint32_t level = (uint32_t)__builtin_ctz(wheel->used_levels);
        uint32_t lowest = (uint32_t)__builtin_ctzll(wheel->used[level]);
        struct sim_wheel_list list = sim_wheel_take_list(wheel, level, lowest);
        wheel->count += list.count;
        struct sim_wheel_list *joined = mark_used(wheel, parting, digit);
        sim_wheel_close(joined);
        sim_wheel_join(joined, list);
    }
    wheel->base = base;
}

uint64_t sim_wheel_size(const struct sim_wheel *wheel)
{
    SIM_ASSERT(wheel->slab_count > 0 || wheel->count == 0);

    return (uint64_t)wheel->slab_count * SLAB_CHUNKS * sizeof(struct sim_wheel_chunk);
}

/* ---- the invariants ---- */

static void check_key(const struct sim_wheel *wheel, const struct sim_wheel_list *list, sim_key key)
{
    sim_time time = sim_key_time(key);

    SIM_ASSERT(time > wheel->base);
    uint32_t level = level_of((uint64_t)(time ^ wheel->base));
    SIM_ASSERT(list == &wheel->lists[level][digit_of(time, level)]);
    SIM_ASSERT(((uint64_t)(time ^ list->first) & ~list->spread) == 0);
}

static void check_list(const struct sim_wheel *wheel, uint32_t level, uint32_t digit)
{
    const struct sim_wheel_list *list = &wheel->lists[level][digit];
    const struct sim_wheel_chunk *last = NULL;
    uint64_t count = 0;

    for (const struct sim_wheel_chunk *chunk = list->head; chunk != NULL; chunk = chunk->next) {
        uint64_t chunk_count =
            chunk == list->tail ? SIM_WHEEL_CHUNK_KEYS - list->room : chunk->count;
        SIM_ASSERT(chunk_count > 0 && chunk_count <= SIM_WHEEL_CHUNK_KEYS);
        for (uint64_t i = 0; i < chunk_count; i++) {
            check_key(wheel, list, chunk->keys[i]);
        }
        count += chunk_count;
        last = chunk;
    }
    SIM_ASSERT(last == NULL || last == list->tail);
    SIM_ASSERT(count == list->count);
    SIM_ASSERT((wheel->used[level] >> digit & 1) == (count > 0));
}

void sim_wheel_check(const struct sim_wheel *wheel)
{
    uint64_t count = 0;

    for (uint32_t level = 0; level < SIM_WHEEL_LEVELS; level++) {
        for (uint32_t digit = 0; digit < SIM_WHEEL_DIGITS; digit++) {
            check_list(wheel, level, digit);
            count += wheel->lists[level][digit].count;
        }
        SIM_ASSERT((wheel->used_levels >> level & 1) == (wheel->used[level] != 0));
    }
    SIM_ASSERT(count == wheel->count);
}
