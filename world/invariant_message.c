/* A record for each message, in an array per producer indexed by sequence number, as in the audit's
 * books; and for each key how far its messages have come. */
/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>

#include "world/invariant.h"
#include "world/invariant_state.h"
#include "world/node.h"

#define CAPACITY_FIRST 16

char *world_invariant_name_of(const struct world *world, uint64_t message)
{
    uint32_t producer = model_message_producer(message);

    SIM_ASSERT(world->nodes != NULL);
    return g_strdup_printf(
        "message %" G_GUINT64_FORMAT " of %s",
        model_message_sequence(message),
        producer < world->nodes->len ? world_node_at(world, producer)->path : "nobody");
}

/* Makes a record for the message, and room for as many again. */
static __attribute__((noinline)) void make_record(
    struct world_invariants *invariants, uint64_t message)
{
    uint32_t producer = model_message_producer(message);
    uint64_t sequence = model_message_sequence(message);

    if (producer >= invariants->book_count) {
        invariants->books = sim_grow(
            invariants->books, invariants->book_count, producer + 1, sizeof(*invariants->books));
        invariants->book_count = producer + 1;
    }
    struct world_invariant_book *book = &invariants->books[producer];
    if (sequence >= book->capacity) {
        uint64_t capacity = MAX(MAX(2 * book->capacity, CAPACITY_FIRST), sequence + 1);
        book->messages =
            sim_grow(book->messages, book->capacity, capacity, sizeof(*book->messages));
        book->capacity = capacity;
    }
    SIM_ASSERT(sequence < book->capacity);
}

/* Good until the next message is looked up. */
static inline struct world_invariant_message *record_of(
    struct world_invariants *invariants, uint64_t message)
{
    uint32_t producer = model_message_producer(message);
    uint64_t sequence = model_message_sequence(message);

    if (__builtin_expect(producer >= invariants->book_count, 0) ||
        __builtin_expect(sequence >= invariants->books[producer].capacity, 0)) {
        make_record(invariants, message);
    }
    SIM_ASSERT(sequence < invariants->books[producer].capacity);
    return &invariants->books[producer].messages[sequence];
}

#define VALUE_BITS 8 /* of a hash: the rest is of all but the value */

/* Of all that a queue must not change: everything but the attempts. Never 0; 24 bits. */
static uint32_t hash_of(const struct model_message *message)
{
    uint64_t rest = (uint64_t)message->size << 32 | (uint64_t)message->kind << 8 | message->truth;
    uint64_t words[3];
    uint64_t hash;

    _Static_assert(
        offsetof(struct model_message, attributes) + sizeof(words) == sizeof(*message),
        "the attributes are the last three words");
    memcpy(
        words,
        (const uint8_t *)message + offsetof(struct model_message, attributes),
        sizeof(words));
    hash = sim_trace_fold(message->id ^ SIM_TRACE_MESSAGE, message->key ^ SIM_TRACE_PLACE);
    hash = sim_trace_fold(hash ^ (uint64_t)message->born, rest ^ SIM_TRACE_TIME);
    hash = sim_trace_fold(hash ^ words[0], words[1] ^ SIM_TRACE_CHAIN);
    hash = sim_trace_fold(hash ^ words[2], hash ^ SIM_TRACE_PLACE);
    SIM_ASSERT(message->reserved == 0);
    uint32_t of_value = (uint32_t)((uint64_t)message->value * SIM_TRACE_MESSAGE >> 56);
    return ((uint32_t)(hash >> 48) | 1) << VALUE_BITS | of_value;
}

/* A detector takes the value from what it flags. */
static bool is_what_was_born(const struct model_message *message, uint32_t born)
{
    uint32_t hash = hash_of(message);

    SIM_ASSERT(hash > 0);
    return hash == born || (message->value == 0 && hash >> VALUE_BITS == born >> VALUE_BITS);
}

static struct world_invariant_key *key_of(struct world_invariants *invariants, uint64_t key)
{
    uint32_t place;

    if (!model_index_find(&invariants->key_index, key, &place)) {
        place = invariants->keys->len;
        g_array_set_size(invariants->keys, place + 1);
        model_index_insert(&invariants->key_index, key, place);
    }
    SIM_ASSERT(place < invariants->keys->len);
    return &g_array_index(invariants->keys, struct world_invariant_key, place);
}

void world_invariant_born(struct world *world, const struct model_message *message)
{
    if (world->invariants == NULL) {
        return;
    }
    struct world_invariant_message *record = record_of(world->invariants, message->id);
    SIM_ASSERT(record->hash == 0);
    record->hash = hash_of(message) & 0xffffff;
}

void world_invariant_accepted(struct world *world, const struct model_message *message)
{
    if (world->invariants == NULL) {
        return;
    }
    struct world_invariant_message *record = record_of(world->invariants, message->id);
    if (record->rank == 0) {
        struct world_invariant_key *key = key_of(world->invariants, message->key);
        SIM_ASSERT(key->accepted < UINT32_MAX);
        key->accepted++;
        record->rank = key->accepted;
    }
}

static void check_fabrication(
    struct world *world, uint32_t node, const struct model_message *message, uint32_t born)
{
    SIM_ASSERT(node < world->nodes->len);
    if (is_what_was_born(message, born)) {
        world_check_pass(world->invariants->checks[WORLD_I7_NO_FABRICATION]);
        return;
    }
    world_invariant_fail(
        world,
        WORLD_I7_NO_FABRICATION,
        message->id,
        "had its effect at %s, and %s",
        world_node_at(world, node)->path,
        born == 0 ? "was never born" : "is not what was born");
}

/* How far the effects of a key have come in a group: the key's own entry is that of group 0. */
static struct world_invariant_key *progress_of(
    struct world_invariants *invariants, uint64_t key, uint32_t group)
{
    SIM_ASSERT(group < WORLD_GROUPS_MAX);
    return key_of(invariants, group == 0 ? key : sim_random_mix(key + group));
}

static void check_order(
    struct world *world,
    uint32_t node,
    const struct model_message *message,
    uint32_t group,
    uint32_t rank)
{
    struct world_invariant_key *progress = progress_of(world->invariants, message->key, group);

    SIM_ASSERT(group > 0 || rank <= progress->accepted);
    if (rank == 0) {
        return; /* accepted by nobody who says so */
    }
    if (rank > progress->effect) {
        progress->effect = rank;
        world_check_pass(world->invariants->checks[WORLD_I4_ORDER]);
        return;
    }
    world_invariant_fail(
        world,
        WORLD_I4_ORDER,
        message->id,
        "had its effect at %s after one of key %" G_GUINT64_FORMAT " that was accepted later",
        world_node_at(world, node)->path,
        message->key);
}

void world_invariant_effect(
    struct world *world, uint32_t node, const struct model_message *message, uint32_t group)
{
    if (world->invariants == NULL) {
        return;
    }
    struct world_invariant_message record = *record_of(world->invariants, message->id);
    SIM_ASSERT(record.rank == 0 || record.hash != 0);
    check_fabrication(world, node, message, record.hash);
    check_order(world, node, message, group, record.rank);
    world_check_pass(world->invariants->checks[WORLD_I3_NO_DUPLICATE]);
}

void world_invariant_repeated(struct world *world, uint32_t node, uint64_t message)
{
    if (world->invariants == NULL) {
        return;
    }
    SIM_ASSERT(node < world->nodes->len);
    world_invariant_fail(
        world,
        WORLD_I3_NO_DUPLICATE,
        message,
        "had its effect twice, at %s",
        world_node_at(world, node)->path);
}

/* ---- I5 ---- */

static bool is_held_by_other(
    const struct world *world, struct world_end_point held_by, struct world_end_point holder)
{
    SIM_ASSERT(holder.incarnation > 0);
    return held_by.incarnation > 0 && held_by.node != holder.node &&
           world_node_alive(world, held_by) != NULL;
}

void world_invariant_hold(
    struct world *world, struct world_end_point holder, uint64_t message, uint32_t group)
{
    if (world->invariants == NULL) {
        return;
    }
    struct world_invariant_message *record = record_of(world->invariants, message);
    SIM_ASSERT(holder.node < world->nodes->len && group < WORLD_GROUPS_MAX);
    if (record->group == group && is_held_by_other(world, record->holder, holder)) {
        world_invariant_fail(
            world,
            WORLD_I5_ONE_HOLDER,
            message,
            "is worked on by %s and by %s",
            world_node_at(world, record->holder.node)->path,
            world_node_at(world, holder.node)->path);
    } else {
        world_check_pass(world->invariants->checks[WORLD_I5_ONE_HOLDER]);
    }
    record->holder = holder;
    record->group = group & 0xff;
}

void world_invariant_let_go(struct world *world, struct world_end_point holder, uint64_t message)
{
    if (world->invariants == NULL) {
        return;
    }
    struct world_invariant_message *record = record_of(world->invariants, message);
    SIM_ASSERT(holder.incarnation > 0);
    if (record->holder.node == holder.node && record->holder.incarnation == holder.incarnation) {
        record->holder = (struct world_end_point){0};
    }
}
