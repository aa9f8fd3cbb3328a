/* tests/ps_fixture.h - a publish_subscribe queue with one topic and one group, its outbox and, if
 * wanted, its store, with words for what the tests do to it. Every word ends with model_ps_check().
 */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PS_FIXTURE_H
#define TESTS_PS_FIXTURE_H

#include <stdbool.h>

#include "models/publish_subscribe.h"

#include "tests/fake_store.h"

struct ps_fixture {
    struct model_ps_topic_config topic_config;
    struct model_ps_group_config group_config;
    struct fake_store *store; /* NULL: in memory */
    model_ps *queue;
    uint32_t topic;
    uint32_t group;
    struct model_outbox outbox; /* of the last word only */
    sim_time now;
};

static inline void ps_word(struct ps_fixture *fixture)
{
    model_outbox_clear(&fixture->outbox);
}

/* Creates the queue, but for the end of its recovery. */
static inline void ps_declare(struct ps_fixture *fixture)
{
    fixture->queue = model_ps_create(fixture->store == NULL ? NULL : &fixture->store->store);
    SIM_ASSERT(
        model_ps_add_topic(fixture->queue, &fixture->topic_config, &fixture->topic) == MODEL_PS_OK);
    SIM_ASSERT(
        model_ps_add_group(
            fixture->queue, fixture->topic, &fixture->group_config, &fixture->group) ==
        MODEL_PS_OK);
}

static inline void ps_commit_all(struct ps_fixture *fixture)
{
    ps_word(fixture);
    model_ps_committed(fixture->queue, fixture->store->count, fixture->now, &fixture->outbox);
    model_ps_check(fixture->queue);
}

static inline void ps_open(struct ps_fixture *fixture)
{
    ps_declare(fixture);
    if (fixture->store != NULL) {
        model_ps_recovered(fixture->queue, fixture->now, &fixture->outbox);
        ps_commit_all(fixture);
    }
}

static inline struct model_message ps_message(const struct ps_fixture *fixture, uint64_t id)
{
    return (struct model_message){.id = id, .key = id * 3, .born = fixture->now, .size = 10};
}

/* To a partition; the message's key is its id times 3. */
static inline enum model_ps_status ps_publish_to(
    struct ps_fixture *fixture, uint32_t partition, uint64_t id)
{
    struct model_message message = ps_message(fixture, id);
    struct model_ps_topic_partition to = {.topic = fixture->topic, .partition = partition};

    ps_word(fixture);
    enum model_ps_status status =
        model_ps_publish_to(fixture->queue, &to, &message, fixture->now, &fixture->outbox);
    model_ps_check(fixture->queue);
    return status;
}

static inline enum model_ps_status ps_publish(struct ps_fixture *fixture, uint64_t id)
{
    return ps_publish_to(fixture, 0, id);
}

static inline enum model_ps_status ps_publish_key(
    struct ps_fixture *fixture, uint64_t id, uint64_t key)
{
    struct model_message message = {.id = id, .key = key, .born = fixture->now};

    ps_word(fixture);
    enum model_ps_status status =
        model_ps_publish(fixture->queue, fixture->topic, &message, fixture->now, &fixture->outbox);
    model_ps_check(fixture->queue);
    return status;
}

static inline struct model_ps_member ps_join(struct ps_fixture *fixture)
{
    struct model_ps_member member;

    ps_word(fixture);
    SIM_ASSERT(
        model_ps_join(fixture->queue, fixture->group, fixture->now, &member, &fixture->outbox) ==
        MODEL_PS_OK);
    model_ps_check(fixture->queue);
    return member;
}

static inline enum model_ps_status ps_leave(
    struct ps_fixture *fixture, const struct model_ps_member *member)
{
    ps_word(fixture);
    enum model_ps_status status =
        model_ps_leave(fixture->queue, member, fixture->now, &fixture->outbox);
    model_ps_check(fixture->queue);
    return status;
}

/* Returns the id that was delivered, 0 when there was none. */
static inline uint64_t ps_poll(
    struct ps_fixture *fixture,
    const struct model_ps_member *member,
    struct model_ps_where *out_where)
{
    struct model_ps_delivery delivery;

    ps_word(fixture);
    if (model_ps_poll(fixture->queue, member, fixture->now, &delivery) != MODEL_PS_OK) {
        return 0;
    }
    model_ps_check(fixture->queue);
    if (out_where != NULL) {
        *out_where = delivery.where;
    }
    return delivery.message.id;
}

static inline enum model_ps_status ps_commit(
    struct ps_fixture *fixture, const struct model_ps_where *where)
{
    ps_word(fixture);
    enum model_ps_status status =
        model_ps_commit(fixture->queue, where, fixture->now, &fixture->outbox);
    model_ps_check(fixture->queue);
    return status;
}

static inline enum model_ps_status ps_seek(
    struct ps_fixture *fixture, uint32_t partition, uint64_t offset)
{
    const struct model_ps_where where = {
        .offset = offset, .partition = partition, .group = fixture->group};

    ps_word(fixture);
    enum model_ps_status status =
        model_ps_seek(fixture->queue, &where, fixture->now, &fixture->outbox);
    model_ps_check(fixture->queue);
    return status;
}

static inline void ps_expire(struct ps_fixture *fixture)
{
    ps_word(fixture);
    model_ps_expire(fixture->queue, fixture->now, &fixture->outbox);
    model_ps_check(fixture->queue);
}

/* Crashes: only the first `kept` records are left. Then a new queue replays them. */
static inline bool ps_replay(struct ps_fixture *fixture, uint64_t kept)
{
    model_ps_destroy(fixture->queue);
    fake_store_lose(fixture->store, kept);
    ps_declare(fixture);
    for (uint64_t i = fixture->store->released; i < kept; i++) {
        const struct fake_record *record = &fixture->store->records[i];
        if (!model_ps_replay(fixture->queue, i + 1, record->bytes, record->size)) {
            return false;
        }
    }
    return true;
}

static inline bool ps_recover(struct ps_fixture *fixture, uint64_t kept)
{
    if (!ps_replay(fixture, kept)) {
        return false;
    }
    ps_word(fixture);
    model_ps_recovered(fixture->queue, fixture->now, &fixture->outbox);
    model_ps_check(fixture->queue);
    return true;
}

static inline struct model_ps_group_counts ps_group_counts(const struct ps_fixture *fixture)
{
    return model_ps_group_counts_of(fixture->queue, fixture->group);
}

static inline struct model_ps_topic_counts ps_topic_counts(const struct ps_fixture *fixture)
{
    return model_ps_topic_counts_of(fixture->queue, fixture->topic);
}

/* How many notices of this kind the last word caused. */
static inline uint32_t ps_notices(const struct ps_fixture *fixture, enum model_notice_kind kind)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < fixture->outbox.count; i++) {
        count += fixture->outbox.notices[i].kind == kind ? 1 : 0;
    }
    return count;
}

static inline bool ps_has_notice(
    const struct ps_fixture *fixture, enum model_notice_kind kind, uint64_t id)
{
    for (uint32_t i = 0; i < fixture->outbox.count; i++) {
        const struct model_notice *notice = &fixture->outbox.notices[i];
        if (notice->kind == kind && notice->id == id) {
            return true;
        }
    }
    return false;
}

static inline int ps_fixture_create(void **state)
{
    struct ps_fixture *fixture = sim_allocate(1, sizeof(*fixture));

    fixture->topic_config = (struct model_ps_topic_config){.partitions = 1, .capacity = 1000};
    fixture->now = 1;
    *state = fixture;
    return 0;
}

static inline int ps_fixture_create_stored(void **state)
{
    ps_fixture_create(state);
    ((struct ps_fixture *)*state)->store = fake_store_create();
    return 0;
}

static inline int ps_fixture_destroy(void **state)
{
    struct ps_fixture *fixture = *state;

    model_ps_destroy(fixture->queue);
    if (fixture->store != NULL) {
        fake_store_destroy(fixture->store);
    }
    model_outbox_finish(&fixture->outbox);
    free(fixture);
    return 0;
}

#define PS_TEST(name) cmocka_unit_test_setup_teardown(name, ps_fixture_create, ps_fixture_destroy)
#define PS_STORED_TEST(name)                                                                       \
    cmocka_unit_test_setup_teardown(name, ps_fixture_create_stored, ps_fixture_destroy)

#endif
