/* The whole of producer_consumer against a naive twin: random operations on random queues, in
 * memory and on a store, with crashes that take whatever was not committed. After each operation
 * the result, what was delivered, every count, the next deadline and every notice must be the same.
 */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sim/random.h"

#include "tests/pc_fixture.h"
#include "tests/pc_twin.h"

#define ROUNDS     5000
#define OPERATIONS 300
#define LEASES     64

struct game {
    struct sim_stream stream;
    struct pc_fixture fixture;
    struct twin *twin;
    struct model_lease leases[LEASES]; /* of the latest deliveries, ended or not */
    uint32_t lease_count;
    uint64_t id;
    uint64_t generation; /* the largest seen */
    uint64_t fence;
};

static uint64_t below(struct game *game, uint64_t bound)
{
    return sim_stream_below(&game->stream, bound);
}

/* 0 as often as not. */
static uint64_t maybe(struct game *game, uint64_t bound)
{
    return below(game, 2) == 0 ? 0 : below(game, bound);
}

static struct model_pc_config random_config(struct game *game)
{
    struct model_pc_config config = {
        .capacity = 1 + below(game, 12),
        .when_full = (enum model_when_full)below(game, 4),
        .lease = 1 + (sim_time)below(game, 60),
        .attempts_max = (uint32_t)maybe(game, 4),
        .prefetch = (uint32_t)maybe(game, 4),
        .backoff_first = (sim_time)maybe(game, 20),
        .time_to_live = (sim_time)maybe(game, 100),
        .dedup_count = (uint32_t)maybe(game, 10),
        .dedup_window = (sim_time)maybe(game, 100),
        .keeps_dead = below(game, 2) == 0,
        .has_single_active = below(game, 3) == 0,
    };

    config.backoff_max = config.backoff_first * (sim_time)(1 + below(game, 10));
    return config;
}

/* ---- comparing ---- */

static int compare_notices(const void *a, const void *b)
{
    const struct model_notice *left = a;
    const struct model_notice *right = b;

    if (left->kind != right->kind) {
        return left->kind < right->kind ? -1 : 1;
    }
    return left->id < right->id ? -1 : left->id > right->id;
}

/* MODEL_STORE is not the twin's affair. */
static void assert_same_notices(struct model_outbox *outbox, struct model_outbox *expected)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < outbox->count; i++) {
        if (outbox->notices[i].kind != MODEL_STORE) {
            outbox->notices[count++] = outbox->notices[i];
        }
    }
    assert_int_equal(count, expected->count);
    if (count > 0) {
        qsort(outbox->notices, count, sizeof(*outbox->notices), compare_notices);
        qsort(expected->notices, count, sizeof(*expected->notices), compare_notices);
        for (uint32_t i = 0; i < count; i++) {
            assert_int_equal(compare_notices(&outbox->notices[i], &expected->notices[i]), 0);
        }
    }
    model_outbox_clear(outbox);
    model_outbox_clear(expected);
}

/* The model forgets delays that are due only in expire(), so its deadline may lie in the past where
 * the twin sees none. */
static void assert_same_deadline(const struct game *game)
{
    sim_time next = model_pc_next_deadline(game->fixture.queue);
    sim_time expected = twin_next_deadline(game->twin);

    if (next > game->fixture.now || expected <= game->fixture.now) {
        assert_int_equal(next, expected);
    }
}

static void assert_same(struct game *game)
{
    struct model_pc_counts counts = model_pc_counts_of(game->fixture.queue);
    struct model_pc_counts expected = twin_counts(game->twin);

    assert_memory_equal(&counts, &expected, sizeof(counts));
    assert_same_notices(&game->fixture.outbox, &game->twin->outbox);
    assert_same_deadline(game);
    struct model_message dead = {.id = 0};
    const struct twin_message *first = twin_first(game->twin, TWIN_DEAD);
    assert_int_equal(model_pc_first_dead(game->fixture.queue, &dead), first != NULL);
    assert_true(first == NULL || dead.id == first->id);
    for (uint32_t i = 0; i < TWIN_CONSUMERS; i++) {
        uint64_t fence = game->twin->is_joined[i] ? model_pc_fence(game->fixture.queue, i) : 0;
        assert_true(fence == 0 || (fence >= game->fence && game->twin->active == i));
        game->fence = fence > game->fence ? fence : game->fence;
    }
}

/* ---- operations ---- */

static uint64_t appended(const struct game *game)
{
    return game->fixture.store == NULL ? 0 : game->fixture.store->count;
}

static void play_send(struct game *game)
{
    struct model_send_options options = {
        .priority = (uint8_t)maybe(game, MODEL_PC_PRIORITIES),
        .delay = (sim_time)maybe(game, 40),
        .time_to_live = (sim_time)maybe(game, 60),
    };
    bool is_repeat = game->id > 3 && below(game, 4) == 0;
    uint64_t id = is_repeat ? game->id - below(game, 3) : ++game->id;
    uint64_t before = appended(game);

    enum model_send_result result = pc_send_with(&game->fixture, id, &options);
    assert_int_equal(result, twin_send(game->twin, id, &options, before));
}

static uint32_t some_consumer(struct game *game)
{
    return (uint32_t)below(game, TWIN_CONSUMERS);
}

static void play_receive(struct game *game)
{
    uint32_t consumer = some_consumer(game);
    struct model_delivery delivery;

    enum model_receive_result result = model_pc_receive(
        game->fixture.queue, consumer, game->fixture.now, &delivery, &game->fixture.outbox);
    bool is_received = result == MODEL_RECEIVED;
    if (!game->twin->is_joined[consumer]) {
        assert_int_equal(result, MODEL_RECEIVE_NO_MEMBER);
        return;
    }
    struct twin_message *message = twin_receive(game->twin, consumer);
    assert_int_equal(is_received, message != NULL);
    if (message == NULL || !is_received) {
        return;
    }
    assert_int_equal(delivery.message.id, message->id);
    assert_int_equal(delivery.message.attempt, message->attempt);
    assert_true(delivery.lease.generation > game->generation);
    assert_true(delivery.lease.generation > game->fence);
    game->generation = delivery.lease.generation;
    message->generation = delivery.lease.generation;
    game->leases[game->lease_count++ % LEASES] = delivery.lease;
}

static const struct model_lease *some_lease(struct game *game)
{
    uint32_t count = game->lease_count < LEASES ? game->lease_count : LEASES;
    uint32_t recent = count < 6 ? count : 6;

    if (count == 0) {
        return NULL;
    }
    bool is_old = below(game, 5) == 0;
    uint32_t back = 1 + (uint32_t)below(game, is_old ? count : recent);
    return &game->leases[(game->lease_count - back) % LEASES];
}

static void play_ack(struct game *game)
{
    const struct model_lease *lease = some_lease(game);

    if (lease != NULL) {
        uint64_t before = appended(game);
        assert_int_equal(pc_ack(&game->fixture, lease), twin_ack(game->twin, lease, before + 1));
    }
}

static void play_nack(struct game *game)
{
    const struct model_lease *lease = some_lease(game);
    sim_time delay = (sim_time)maybe(game, 50);

    if (lease == NULL) {
        return;
    }
    if (below(game, 2) == 0) {
        assert_int_equal(pc_nack(&game->fixture, lease), twin_nack(game->twin, lease, NULL));
    } else {
        assert_int_equal(
            model_pc_nack_after(
                game->fixture.queue, lease, delay, game->fixture.now, &game->fixture.outbox),
            twin_nack(game->twin, lease, &delay));
    }
}

static void play_membership(struct game *game)
{
    uint32_t consumer = some_consumer(game);

    if (game->twin->is_joined[consumer]) {
        pc_leave(&game->fixture, consumer);
        twin_leave(game->twin, consumer);
        return;
    }
    uint32_t joined = model_pc_join(game->fixture.queue);
    assert_false(game->twin->is_joined[joined]);
    twin_join(game->twin, joined);
}

static void play_time(struct game *game)
{
    game->fixture.now += (sim_time)below(game, 30);
    game->twin->now = game->fixture.now;
    pc_expire(&game->fixture);
    twin_expire(game->twin);
}

static void play_commit(struct game *game)
{
    if (game->fixture.store != NULL) {
        uint64_t more = game->fixture.store->count - game->twin->committed;
        uint64_t position = game->twin->committed + below(game, more + 1);
        position = below(game, 2) == 0 ? game->fixture.store->count : position;
        pc_commit(&game->fixture, position);
        twin_commit(game->twin, position);
    }
}

static void play_dead(struct game *game)
{
    struct twin_message *first = twin_first(game->twin, TWIN_DEAD);

    if (first != NULL) {
        model_pc_remove_dead(game->fixture.queue, game->fixture.now, &game->fixture.outbox);
        twin_go(game->twin, first, true);
    }
}

static void play_crash(struct game *game)
{
    if (game->fixture.store == NULL || below(game, 4) != 0) {
        return;
    }
    uint64_t count = game->fixture.store->count;
    uint64_t kept = game->twin->committed + below(game, count - game->twin->committed + 1);
    twin_recover(game->twin, game->fixture.store, kept);
    assert_true(pc_recover(&game->fixture, kept));
}

static void play_operation(struct game *game)
{
    static void (*const plays[])(struct game *) = {
        play_send,
        play_send,
        play_send,
        play_receive,
        play_receive,
        play_receive,
        play_ack,
        play_ack,
        play_nack,
        play_commit,
        play_commit,
        play_time,
        play_dead,
        play_membership,
    };
    size_t count = sizeof(plays) / sizeof(plays[0]);
    uint64_t choice = below(game, count * 4 + 1);

    model_outbox_clear(&game->fixture.outbox);
    if (choice == count * 4) {
        play_crash(game);
    } else {
        plays[choice % count](game);
    }
    model_pc_check(game->fixture.queue);
    assert_same(game);
}

static void play_round(struct game *game, bool has_store)
{
    game->fixture = (struct pc_fixture){.config = random_config(game), .now = 1};
    game->fixture.store = has_store ? fake_store_create() : NULL;
    game->twin = sim_allocate(1, sizeof(*game->twin));
    *game->twin = (struct twin){
        .config = game->fixture.config, .has_store = has_store, .now = 1, .active = TWIN_NOBODY};
    game->lease_count = 0;
    game->id = 0;
    game->generation = 0;
    game->fence = 0;
    pc_open(&game->fixture);
    for (uint32_t i = 0; i < OPERATIONS; i++) {
        play_operation(game);
    }
    model_outbox_finish(&game->twin->outbox);
    free(game->twin);
    model_pc_destroy(game->fixture.queue);
    model_outbox_finish(&game->fixture.outbox);
    if (has_store) {
        fake_store_destroy(game->fixture.store);
    }
}

static void agrees_with_a_naive_twin_in_memory(void **state)
{
    struct game game = {.stream = sim_stream_named(1, "memory")};

    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        play_round(&game, false);
    }
}

static void agrees_with_a_naive_twin_on_a_store_through_crashes(void **state)
{
    struct game game = {.stream = sim_stream_named(1, "store")};

    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        play_round(&game, true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_naive_twin_in_memory),
        cmocka_unit_test(agrees_with_a_naive_twin_on_a_store_through_crashes),
    };

    return cmocka_run_group_tests_name("models/pc_oracle", tests, NULL, NULL);
}
