/* tests/pc_fixture.h - a producer_consumer queue, its outbox and, if wanted, its store, with words
 * for what the tests do to it. Every word ends with model_pc_check(). */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PC_FIXTURE_H
#define TESTS_PC_FIXTURE_H

#include <stdbool.h>

#include "models/producer_consumer.h"

#include "tests/fake_store.h"

struct pc_fixture {
    struct model_pc_config config;
    struct fake_store *store; /* NULL: in memory */
    model_pc *queue;
    struct model_outbox outbox; /* of the last word only */
    sim_time now;
};

static inline void pc_open(struct pc_fixture *fixture)
{
    const struct model_store *store = fixture->store == NULL ? NULL : &fixture->store->store;
    fixture->queue = model_pc_create(&fixture->config, store);
}

static inline void pc_word(struct pc_fixture *fixture)
{
    model_outbox_clear(&fixture->outbox);
}

static inline enum model_send_result pc_send_with(
    struct pc_fixture *fixture, uint64_t id, const struct model_send_options *options)
{
    struct model_message message = {.id = id, .key = id * 3, .born = fixture->now, .value = 7};

    pc_word(fixture);
    enum model_send_result result =
        model_pc_send_with(fixture->queue, &message, options, fixture->now, &fixture->outbox);
    model_pc_check(fixture->queue);
    return result;
}

static inline enum model_send_result pc_send(struct pc_fixture *fixture, uint64_t id)
{
    return pc_send_with(fixture, id, NULL);
}

/* Returns the id received, 0 when there was none. */
static inline uint64_t pc_receive(
    struct pc_fixture *fixture, uint32_t consumer, struct model_lease *out_lease)
{
    struct model_delivery delivery = {.message = {.id = 0}};

    pc_word(fixture);
    if (model_pc_receive(fixture->queue, consumer, fixture->now, &delivery, &fixture->outbox) !=
        MODEL_RECEIVED) {
        return 0;
    }
    model_pc_check(fixture->queue);
    *out_lease = delivery.lease;
    return delivery.message.id;
}

static inline enum model_ack_result pc_ack(
    struct pc_fixture *fixture, const struct model_lease *lease)
{
    pc_word(fixture);
    enum model_ack_result result =
        model_pc_ack(fixture->queue, lease, fixture->now, &fixture->outbox);
    model_pc_check(fixture->queue);
    return result;
}

static inline enum model_ack_result pc_nack(
    struct pc_fixture *fixture, const struct model_lease *lease)
{
    pc_word(fixture);
    enum model_ack_result result =
        model_pc_nack(fixture->queue, lease, fixture->now, &fixture->outbox);
    model_pc_check(fixture->queue);
    return result;
}

static inline void pc_expire(struct pc_fixture *fixture)
{
    pc_word(fixture);
    model_pc_expire(fixture->queue, fixture->now, &fixture->outbox);
    model_pc_check(fixture->queue);
}

static inline void pc_leave(struct pc_fixture *fixture, uint32_t consumer)
{
    pc_word(fixture);
    (void)model_pc_leave(fixture->queue, consumer, fixture->now, &fixture->outbox);
    model_pc_check(fixture->queue);
}

static inline void pc_commit(struct pc_fixture *fixture, uint64_t position)
{
    pc_word(fixture);
    model_pc_committed(fixture->queue, position, fixture->now, &fixture->outbox);
    model_pc_check(fixture->queue);
}

static inline void pc_commit_all(struct pc_fixture *fixture)
{
    pc_commit(fixture, fixture->store->count);
}

/* Crashes: only the first `kept` records are left. Then a new queue recovers from them. */
static inline bool pc_recover(struct pc_fixture *fixture, uint64_t kept)
{
    model_pc_destroy(fixture->queue);
    fake_store_lose(fixture->store, kept);
    pc_open(fixture);
    for (uint64_t i = fixture->store->released; i < kept; i++) {
        const struct fake_record *record = &fixture->store->records[i];
        if (!model_pc_replay(fixture->queue, i + 1, record->bytes, record->size)) {
            return false;
        }
    }
    pc_word(fixture);
    model_pc_recovered(fixture->queue, fixture->now, &fixture->outbox);
    model_pc_check(fixture->queue);
    return true;
}

/* How many notices of this kind the last word caused. */
static inline uint32_t pc_notices(const struct pc_fixture *fixture, enum model_notice_kind kind)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < fixture->outbox.count; i++) {
        count += fixture->outbox.notices[i].kind == kind ? 1 : 0;
    }
    return count;
}

static inline bool pc_has_notice(
    const struct pc_fixture *fixture, enum model_notice_kind kind, uint64_t id)
{
    for (uint32_t i = 0; i < fixture->outbox.count; i++) {
        const struct model_notice *notice = &fixture->outbox.notices[i];
        if (notice->kind == kind && notice->id == id) {
            return true;
        }
    }
    return false;
}

static inline int pc_fixture_create(void **state)
{
    struct pc_fixture *fixture = sim_allocate(1, sizeof(*fixture));

    fixture->config = (struct model_pc_config){.capacity = 1000, .lease = 100};
    fixture->now = 1;
    *state = fixture;
    return 0;
}

static inline int pc_fixture_create_stored(void **state)
{
    pc_fixture_create(state);
    ((struct pc_fixture *)*state)->store = fake_store_create();
    return 0;
}

static inline int pc_fixture_destroy(void **state)
{
    struct pc_fixture *fixture = *state;

    model_pc_destroy(fixture->queue);
    if (fixture->store != NULL) {
        fake_store_destroy(fixture->store);
    }
    model_outbox_finish(&fixture->outbox);
    free(fixture);
    return 0;
}

#define PC_TEST(name) cmocka_unit_test_setup_teardown(name, pc_fixture_create, pc_fixture_destroy)
#define PC_STORED_TEST(name)                                                                       \
    cmocka_unit_test_setup_teardown(name, pc_fixture_create_stored, pc_fixture_destroy)

#endif
