/* A record for each message, in an array per producer indexed by sequence number, as in the audit's
 * books; and for each key how far its messages have come. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "world/invariant.h"
#include "world/invariant_state.h"
#include "world/node.h"

#define CAPACITY_FIRST 1024

char *world_invariant_name_of(const struct world *world, uint64_t message)
{
    uint32_t producer = model_message_producer(message);

    SIM_ASSERT(world->nodes != NULL);
    return g_strdup_printf(
        "message %" G_GUINT64_FORMAT " of %s",
        model_message_sequence(message),
        producer < world->nodes->len ? world_node_at(world, producer)->path : "nobody");
}

/* Good until the next message is looked up. */
static struct world_invariant_message *record_of(
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
    return &book->messages[sequence];
}

/* Of all that a queue must not change: everything but the attempts. Never 0. */
static uint32_t hash_of(const struct model_message *message)
{
    struct model_message same = *message;
    uint64_t words[sizeof(same) / sizeof(uint64_t)];
    uint64_t hash = 0;

    same.attempt = 0;
    memcpy(words, &same, sizeof(words));
    for (uint32_t i = 0; i < G_N_ELEMENTS(words); i++) {
        hash = sim_random_mix(hash ^ words[i]) + i;
    }
    SIM_ASSERT(same.id == message->id);
    return (uint32_t)(hash >> 32) | 1;
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
    record->hash = hash_of(message);
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
    struct world *world, uint32_t node, const struct model_message *message, uint32_t hash)
{
    struct world_check *check = world->invariants->checks[WORLD_I7_NO_FABRICATION];
    g_autofree char *name = NULL;

    SIM_ASSERT(node < world->nodes->len);
    if (hash == hash_of(message)) {
        world_check_pass(check);
        return;
    }
    name = world_invariant_name_of(world, message->id);
    world_check_fail(
        check,
        world->run.now,
        hash == 0 ? "%s had its effect at %s, and was never born"
                  : "%s had its effect at %s, and is not what was born",
        name,
        world_node_at(world, node)->path);
}

static void check_order(
    struct world *world, uint32_t node, const struct model_message *message, uint32_t rank)
{
    struct world_check *check = world->invariants->checks[WORLD_I4_ORDER];
    struct world_invariant_key *key = key_of(world->invariants, message->key);
    g_autofree char *name = NULL;

    SIM_ASSERT(rank <= key->accepted);
    if (rank == 0) {
        return; /* accepted by nobody who says so */
    }
    if (rank > key->effect) {
        key->effect = rank;
        world_check_pass(check);
        return;
    }
    name = world_invariant_name_of(world, message->id);
    world_check_fail(
        check,
        world->run.now,
        "%s had its effect at %s after one of key %" G_GUINT64_FORMAT " that was accepted later",
        name,
        world_node_at(world, node)->path,
        message->key);
}

void world_invariant_effect(struct world *world, uint32_t node, const struct model_message *message)
{
    if (world->invariants == NULL) {
        return;
    }
    struct world_invariant_message record = *record_of(world->invariants, message->id);
    SIM_ASSERT(record.rank == 0 || record.hash != 0);
    check_fabrication(world, node, message, record.hash);
    check_order(world, node, message, record.rank);
    world_check_pass(world->invariants->checks[WORLD_I3_NO_DUPLICATE]);
}

void world_invariant_repeated(struct world *world, uint32_t node, uint64_t message)
{
    if (world->invariants == NULL) {
        return;
    }
    g_autofree char *name = world_invariant_name_of(world, message);
    SIM_ASSERT(node < world->nodes->len);
    world_check_fail(
        world->invariants->checks[WORLD_I3_NO_DUPLICATE],
        world->run.now,
        "%s had its effect twice, at %s",
        name,
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

void world_invariant_hold(struct world *world, struct world_end_point holder, uint64_t message)
{
    if (world->invariants == NULL) {
        return;
    }
    struct world_check *check = world->invariants->checks[WORLD_I5_ONE_HOLDER];
    struct world_invariant_message *record = record_of(world->invariants, message);
    SIM_ASSERT(holder.node < world->nodes->len);
    if (is_held_by_other(world, record->holder, holder)) {
        g_autofree char *name = world_invariant_name_of(world, message);
        world_check_fail(
            check,
            world->run.now,
            "%s is worked on by %s and by %s",
            name,
            world_node_at(world, record->holder.node)->path,
            world_node_at(world, holder.node)->path);
    } else {
        world_check_pass(check);
    }
    record->holder = holder;
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
