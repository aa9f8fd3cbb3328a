/* Entries hold the newest values; a circular undo log holds what each recent post replaced.
 *
 * Post n writes the old value into log slot n, then the new one into the entry, then shows version
 * n of the state. A reader that wants the state of version n reads an entry and, when that is
 * newer, goes back through the log, from post to post of this key, until it is old enough: so a
 * snapshot of many entries needs the writer to stay within one log length while it is taken, and
 * never needs it to stop. The log also tells which key each recent post changed, in order, which is
 * what a view drains; a view that fell behind by more than a log looks at all entries instead.
 *
 * Entries and slots carry a stamp: twice the version whose post wrote them, plus one while it is
 * being written (Lamport's scheme, 1977). The words of a value are atomics stored with release and
 * loaded with acquire: who has read a word of a newer write sees a newer stamp when looking again
 * (Boehm, "Can seqlocks get along with programming language memory models?", 2012). That needs no
 * fence and leaves no data race.
 *
 * Invariant when the writer stands still: the posts of all entries add up to the version. */
/* SPDX-License-Identifier: MIT */
#include "models/mvc.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

#define MAGIC         UINT64_C(0x7463766d6b6c6974)
#define LOG_COUNT_MIN 64
#define TRY_MAX       8
#define WORD_SIZE     sizeof(uint64_t)

struct model_mvc_shared {
    uint64_t magic;
    uint32_t entry_count;
    uint32_t value_size;
    _Atomic uint64_t version;
    _Atomic uint32_t key_count;
    uint32_t reserved;
    char names[][MODEL_MVC_NAME_SIZE]; /* then the entries, then the log */
};

struct entry {
    _Atomic uint64_t stamp;
    _Atomic uint64_t posts;
    _Atomic uint64_t words[];
};

/* What the post of this version replaced. */
struct slot {
    _Atomic uint64_t stamp;
    _Atomic uint64_t index; /* of the entry */
    _Atomic uint64_t version_before;
    _Atomic uint64_t posts_before;
    _Atomic uint64_t words[];
};

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "stamps and words work between processes");

static uint32_t words_of(uint32_t value_size)
{
    return (uint32_t)((value_size + WORD_SIZE - 1) / WORD_SIZE);
}

static size_t entry_size_of(uint32_t value_size)
{
    SIM_ASSERT(value_size > 0);
    return sizeof(struct entry) + words_of(value_size) * WORD_SIZE;
}

static size_t slot_size_of(uint32_t value_size)
{
    return sizeof(struct slot) + words_of(value_size) * WORD_SIZE;
}

static uint64_t log_count_of(uint32_t entry_count)
{
    uint64_t count = LOG_COUNT_MIN;

    SIM_ASSERT(entry_count <= MODEL_MVC_ENTRY_COUNT_MAX);
    while (count < 2 * (uint64_t)entry_count) {
        count *= 2;
    }
    return count;
}

static bool is_shape(uint32_t entry_count, uint32_t value_size)
{
    return entry_count > 0 && entry_count <= MODEL_MVC_ENTRY_COUNT_MAX && value_size > 0 &&
           value_size <= MODEL_MVC_VALUE_SIZE_MAX;
}

size_t model_mvc_size(uint32_t entry_count, uint32_t value_size)
{
    if (!is_shape(entry_count, value_size)) {
        return 0;
    }
    return sizeof(struct model_mvc_shared) +
           entry_count * (MODEL_MVC_NAME_SIZE + entry_size_of(value_size)) +
           log_count_of(entry_count) * slot_size_of(value_size);
}

static void set_up_handle(
    struct model_mvc *mvc,
    struct model_mvc_shared *shared,
    uint32_t entry_count,
    uint32_t value_size)
{
    SIM_ASSERT(is_shape(entry_count, value_size));

    unsigned char *entries = (unsigned char *)shared->names[entry_count];
    *mvc = (struct model_mvc){
        .shared = shared,
        .entries = entries,
        .log = entries + entry_count * entry_size_of(value_size),
        .log_mask = log_count_of(entry_count) - 1,
        .entry_count = entry_count,
        .value_size = value_size,
        .word_count = words_of(value_size),
    };
    SIM_ASSERT((mvc->log_mask & (mvc->log_mask + 1)) == 0);
    SIM_ASSERT(
        mvc->log + (mvc->log_mask + 1) * slot_size_of(value_size) ==
        (unsigned char *)shared + model_mvc_size(entry_count, value_size));
}

enum model_mvc_status model_mvc_init(
    struct model_mvc *mvc, void *memory, size_t size, uint32_t entry_count, uint32_t value_size)
{
    SIM_ASSERT((uintptr_t)memory % alignof(max_align_t) == 0);

    if (!is_shape(entry_count, value_size)) {
        return MODEL_MVC_BAD_SHAPE;
    }
    if (size < model_mvc_size(entry_count, value_size)) {
        return MODEL_MVC_TOO_SMALL;
    }
    struct model_mvc_shared *shared = memory;
    memset(memory, 0, model_mvc_size(entry_count, value_size));
    shared->magic = MAGIC;
    shared->entry_count = entry_count;
    shared->value_size = value_size;
    set_up_handle(mvc, shared, entry_count, value_size);
    return MODEL_MVC_OK;
}

enum model_mvc_status model_mvc_attach(struct model_mvc *mvc, void *memory, size_t size)
{
    SIM_ASSERT((uintptr_t)memory % alignof(max_align_t) == 0);

    struct model_mvc_shared *shared = memory;
    if (size < sizeof(*shared)) {
        return MODEL_MVC_TOO_SMALL;
    }
    /* Read once: whoever shares the memory may change it between two looks. */
    uint64_t magic = *(volatile uint64_t *)&shared->magic;
    uint32_t entry_count = *(volatile uint32_t *)&shared->entry_count;
    uint32_t value_size = *(volatile uint32_t *)&shared->value_size;
    if (magic != MAGIC || !is_shape(entry_count, value_size)) {
        return MODEL_MVC_NOT_A_STATE;
    }
    if (size < model_mvc_size(entry_count, value_size)) {
        return MODEL_MVC_TOO_SMALL;
    }
    set_up_handle(mvc, shared, entry_count, value_size);
    return MODEL_MVC_OK;
}

static struct entry *entry_at(const struct model_mvc *mvc, uint32_t index)
{
    SIM_ASSERT(index < mvc->entry_count);
    return (void *)(mvc->entries + index * entry_size_of(mvc->value_size));
}

static struct slot *slot_at(const struct model_mvc *mvc, uint64_t version)
{
    return (void *)(mvc->log + (version & mvc->log_mask) * slot_size_of(mvc->value_size));
}

/* ---- the writer ---- */

enum model_mvc_status model_mvc_register(
    struct model_mvc *mvc, const char *name, uint32_t *out_index)
{
    size_t length = strnlen(name, MODEL_MVC_NAME_SIZE);

    if (length == 0 || length == MODEL_MVC_NAME_SIZE) {
        return MODEL_MVC_BAD_NAME;
    }
    if (model_mvc_find(mvc, name, out_index)) {
        return MODEL_MVC_OK;
    }
    uint32_t index = model_mvc_key_count(mvc);
    if (index == mvc->entry_count) {
        return MODEL_MVC_FULL;
    }
    SIM_ASSERT(index < mvc->entry_count);
    memcpy(mvc->shared->names[index], name, length + 1);
    atomic_store_explicit(&mvc->shared->key_count, index + 1, memory_order_release);
    *out_index = index;
    return MODEL_MVC_OK;
}

/* The writer alone stores words, so it may load them relaxed. */
static void copy_words(_Atomic uint64_t *to, const _Atomic uint64_t *from, uint32_t count)
{
    SIM_ASSERT(to != from);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t word = atomic_load_explicit(&from[i], memory_order_relaxed);
        atomic_store_explicit(&to[i], word, memory_order_release);
    }
}

/* Stores of data are releases, so that no reader can have their value without the odd stamp that
 * was stored before them. */
static void log_old_value(
    const struct model_mvc *mvc, uint64_t version, uint32_t index, const struct entry *entry)
{
    struct slot *slot = slot_at(mvc, version);
    uint64_t stamp = atomic_load_explicit(&entry->stamp, memory_order_relaxed);
    uint64_t posts = atomic_load_explicit(&entry->posts, memory_order_relaxed);

    SIM_ASSERT(stamp % 2 == 0 && stamp / 2 < version);
    atomic_store_explicit(&slot->stamp, 2 * version + 1, memory_order_relaxed);
    atomic_store_explicit(&slot->index, index, memory_order_release);
    atomic_store_explicit(&slot->version_before, stamp / 2, memory_order_release);
    atomic_store_explicit(&slot->posts_before, posts, memory_order_release);
    copy_words(slot->words, entry->words, mvc->word_count);
    atomic_store_explicit(&slot->stamp, 2 * version, memory_order_release);
}

static void store_value(const struct model_mvc *mvc, struct entry *entry, const void *value)
{
    const unsigned char *from = value;
    uint32_t whole_count = mvc->value_size / (uint32_t)WORD_SIZE;
    uint32_t rest_size = mvc->value_size % (uint32_t)WORD_SIZE;
    uint64_t word;

    SIM_ASSERT(whole_count <= mvc->word_count);
    for (uint32_t i = 0; i < whole_count; i++) {
        memcpy(&word, from + i * WORD_SIZE, WORD_SIZE);
        atomic_store_explicit(&entry->words[i], word, memory_order_release);
    }
    if (rest_size > 0) {
        word = 0;
        memcpy(&word, from + whole_count * WORD_SIZE, rest_size);
        atomic_store_explicit(&entry->words[whole_count], word, memory_order_release);
    }
}

void model_mvc_post(struct model_mvc *mvc, uint32_t index, const void *value)
{
    SIM_ASSERT(index < model_mvc_key_count(mvc));

    uint64_t version = atomic_load_explicit(&mvc->shared->version, memory_order_relaxed) + 1;
    struct entry *entry = entry_at(mvc, index);
    uint64_t posts = atomic_load_explicit(&entry->posts, memory_order_relaxed);

    SIM_ASSERT(posts < version);
    log_old_value(mvc, version, index, entry);
    /* A release: who finds the entry too new finds the slot complete. */
    atomic_store_explicit(&entry->stamp, 2 * version + 1, memory_order_release);
    atomic_store_explicit(&entry->posts, posts + 1, memory_order_release);
    store_value(mvc, entry, value);
    atomic_store_explicit(&entry->stamp, 2 * version, memory_order_release);
    atomic_store_explicit(&mvc->shared->version, version, memory_order_release);
}

/* To take a half post back without trace would let a reader that slept through it all believe that
 * nothing was written; so the version is used up. */
void model_mvc_recover(struct model_mvc *mvc)
{
    uint64_t version = atomic_load_explicit(&mvc->shared->version, memory_order_relaxed) + 1;

    for (uint32_t index = 0; index < mvc->entry_count; index++) {
        struct entry *entry = entry_at(mvc, index);
        uint64_t stamp = atomic_load_explicit(&entry->stamp, memory_order_relaxed);
        if (stamp / 2 != version) {
            continue;
        }
        if (stamp % 2 == 1) {
            const struct slot *slot = slot_at(mvc, version);
            uint64_t posts = atomic_load_explicit(&slot->posts_before, memory_order_relaxed) + 1;
            SIM_ASSERT(atomic_load_explicit(&slot->index, memory_order_relaxed) == index);
            SIM_ASSERT(posts <= version);
            copy_words(entry->words, slot->words, mvc->word_count);
            atomic_store_explicit(&entry->posts, posts, memory_order_release);
            atomic_store_explicit(&entry->stamp, 2 * version, memory_order_release);
        }
        atomic_store_explicit(&mvc->shared->version, version, memory_order_release);
    }
}

/* ---- any reader ---- */

uint32_t model_mvc_key_count(const struct model_mvc *mvc)
{
    uint32_t count = atomic_load_explicit(&mvc->shared->key_count, memory_order_acquire);

    return count < mvc->entry_count ? count : mvc->entry_count;
}

uint64_t model_mvc_version(const struct model_mvc *mvc)
{
    return atomic_load_explicit(&mvc->shared->version, memory_order_acquire);
}

void model_mvc_name(const struct model_mvc *mvc, uint32_t index, char out_name[MODEL_MVC_NAME_SIZE])
{
    SIM_ASSERT(index < mvc->entry_count);

    memset(out_name, 0, MODEL_MVC_NAME_SIZE);
    if (index < model_mvc_key_count(mvc)) {
        memcpy(out_name, mvc->shared->names[index], MODEL_MVC_NAME_SIZE - 1);
    }
}

bool model_mvc_find(const struct model_mvc *mvc, const char *name, uint32_t *out_index)
{
    uint32_t count = model_mvc_key_count(mvc);

    for (uint32_t index = 0; index < count; index++) {
        char key[MODEL_MVC_NAME_SIZE];
        model_mvc_name(mvc, index, key);
        if (strcmp(key, name) == 0) {
            *out_index = index;
            return true;
        }
    }
    return false;
}

/* Into nothing when `out_value` is NULL. */
static void load_value(
    const struct model_mvc *mvc, const _Atomic uint64_t *words, unsigned char *out_value)
{
    uint32_t left = out_value == NULL ? 0 : mvc->value_size;

    for (uint32_t i = 0; left > 0; i++) {
        SIM_ASSERT(i < mvc->word_count);
        uint64_t word = atomic_load_explicit(&words[i], memory_order_acquire);
        uint32_t size = left < WORD_SIZE ? left : (uint32_t)WORD_SIZE;
        memcpy(out_value + i * WORD_SIZE, &word, size);
        left -= size;
    }
}

/* Goes back from the post of version `newer`, which is too new, to what stood there at `version`.
 * Returns false when the log no longer reaches back that far. */
static bool read_undone(
    const struct model_mvc *mvc,
    uint64_t newer,
    uint64_t version,
    struct model_mvc_reading *reading,
    void *out_value)
{
    bool is_found = false;

    SIM_ASSERT(reading->index < mvc->entry_count);
    for (uint64_t step = 0; step <= mvc->log_mask && !is_found; step++) {
        const struct slot *slot = slot_at(mvc, newer);
        uint64_t stamp = atomic_load_explicit(&slot->stamp, memory_order_acquire);
        uint64_t index = atomic_load_explicit(&slot->index, memory_order_acquire);
        uint64_t before = atomic_load_explicit(&slot->version_before, memory_order_acquire);
        is_found = before <= version;
        reading->version = before;
        reading->posts = atomic_load_explicit(&slot->posts_before, memory_order_acquire);
        load_value(mvc, slot->words, is_found ? out_value : NULL);
        uint64_t stamp_after = atomic_load_explicit(&slot->stamp, memory_order_relaxed);
        if (stamp != 2 * newer || stamp_after != stamp || index != reading->index) {
            return false;
        }
        newer = before;
    }
    return is_found;
}

bool model_mvc_read(
    const struct model_mvc *mvc,
    uint64_t version,
    struct model_mvc_reading *reading,
    void *out_value)
{
    const struct entry *entry = entry_at(mvc, reading->index);
    uint64_t stamp = atomic_load_explicit(&entry->stamp, memory_order_acquire);

    if (stamp % 2 == 0 && stamp / 2 <= version) {
        reading->version = stamp / 2;
        reading->posts = atomic_load_explicit(&entry->posts, memory_order_acquire);
        load_value(mvc, entry->words, out_value);
        uint64_t stamp_after = atomic_load_explicit(&entry->stamp, memory_order_acquire);
        if (stamp_after == stamp) {
            return true;
        }
        stamp = stamp_after;
    }
    return stamp / 2 > version && read_undone(mvc, stamp / 2, version, reading, out_value);
}

bool model_mvc_key_of_post(const struct model_mvc *mvc, uint64_t version, uint32_t *out_index)
{
    const struct slot *slot = slot_at(mvc, version);
    uint64_t stamp = atomic_load_explicit(&slot->stamp, memory_order_acquire);
    uint64_t index = atomic_load_explicit(&slot->index, memory_order_acquire);
    uint64_t stamp_after = atomic_load_explicit(&slot->stamp, memory_order_relaxed);

    if (stamp != 2 * version || stamp_after != stamp || index >= mvc->entry_count) {
        return false;
    }
    *out_index = (uint32_t)index;
    return true;
}

enum model_mvc_status model_mvc_snapshot(
    const struct model_mvc *mvc,
    const uint32_t *indices,
    uint32_t count,
    void *out_values,
    uint64_t *out_version)
{
    for (uint32_t try = 0; try < TRY_MAX; try++) {
        uint64_t version = model_mvc_version(mvc);
        unsigned char *out_value = out_values;
        bool is_whole = true;
        for (uint32_t i = 0; i < count && is_whole; i++) {
            struct model_mvc_reading reading = {.index = indices[i]};
            is_whole = model_mvc_read(mvc, version, &reading, out_value);
            out_value += mvc->value_size;
        }
        if (is_whole) {
            *out_version = version;
            return MODEL_MVC_OK;
        }
    }
    return MODEL_MVC_BUSY;
}
