/* Tests of models/ps_recover: what a queue is after a crash. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/ps_fixture.h"

static void publish_many(struct ps_fixture *fixture, uint64_t count)
{
    for (uint64_t id = 1; id <= count; id++) {
        assert_int_equal(ps_publish(fixture, id), MODEL_PS_OK);
    }
    ps_commit_all(fixture);
}

static void recovers_messages_and_offsets(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where = {.offset = 0};

    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    publish_many(fixture, 10);
    for (uint64_t id = 1; id <= 6; id++) {
        (void)ps_poll(fixture, &member, id <= 4 ? &where : NULL);
    }
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
    assert_true(ps_recover(fixture, fixture->store->count));
    ps_commit_all(fixture);
    assert_true(ps_has_notice(fixture, MODEL_READY, fixture->group));
    assert_int_equal(ps_group_counts(fixture).committed, 4);
    assert_int_equal(ps_group_counts(fixture).ahead, 6);
    assert_int_equal(ps_topic_counts(fixture).offered, 10);
    assert_int_equal(ps_poll(fixture, &member, NULL), 0); /* it died with the queue */
    member = ps_join(fixture);
    for (uint64_t id = 5; id <= 10; id++) {
        assert_int_equal(ps_poll(fixture, &member, &where), id);
        assert_int_equal(where.offset, id - 1);
    }
    ps_publish(fixture, 11);
    ps_commit_all(fixture);
    assert_int_equal(ps_poll(fixture, &member, &where), 11);
    assert_int_equal(where.offset, 10);
}

static void a_commit_that_was_lost_means_one_more_delivery(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where;

    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    publish_many(fixture, 1);
    uint64_t kept = fixture->store->count;
    (void)ps_poll(fixture, &member, &where);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
    assert_true(ps_recover(fixture, kept));
    ps_commit_all(fixture);
    member = ps_join(fixture);
    assert_int_equal(ps_poll(fixture, &member, &where), 1);
}

static void nobody_joins_before_the_generations_are_committed(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_member member;

    ps_open(fixture);
    publish_many(fixture, 1);
    assert_true(ps_recover(fixture, fixture->store->count));
    assert_int_equal(ps_notices(fixture, MODEL_STORE), 1);
    assert_int_equal(
        model_ps_join(fixture->queue, fixture->group, 1, &member, &fixture->outbox),
        MODEL_PS_NOT_YET);
    assert_int_equal(
        model_ps_subscribe(fixture->queue, fixture->topic, MODEL_PS_LATEST, 1, &member),
        MODEL_PS_NOT_YET);
    ps_commit_all(fixture);
    member = ps_join(fixture);
    assert_int_equal(ps_poll(fixture, &member, NULL), 1);
}

/* The records of joining and delivering do not exist; the time stands still. */
static void no_generation_of_an_earlier_life_comes_again(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where = {.generation = 0};
    uint64_t last = 0;

    ps_open(fixture);
    publish_many(fixture, 1);
    for (int life = 0; life < 10; life++) {
        struct model_ps_member member = ps_join(fixture);
        assert_true(member.generation > last);
        struct model_ps_where old = where;
        assert_int_equal(ps_poll(fixture, &member, &where), 1);
        assert_true(where.generation > member.generation);
        last = where.generation;
        if (life > 0) {
            assert_int_equal(ps_commit(fixture, &old), MODEL_PS_STALE);
        }
        assert_true(ps_recover(fixture, fixture->store->count));
        ps_commit_all(fixture);
    }
}

/* Everything is lost in each crash: a store that promises too much. */
static void no_generation_comes_again_even_with_a_weak_store_while_time_goes_on(void **state)
{
    struct ps_fixture *fixture = *state;
    uint64_t last = 0;

    ps_open(fixture);
    for (int life = 0; life < 10; life++) {
        struct model_ps_member member = ps_join(fixture);
        assert_true(member.generation > last);
        last = model_ps_generation_of(fixture->queue, fixture->group);
        fixture->now += INT64_C(1) << 42;
        assert_true(ps_recover(fixture, 0));
        ps_commit_all(fixture);
    }
}

static void a_latest_group_misses_nothing_from_its_start_on(void **state)
{
    struct ps_fixture *fixture = *state;

    fixture->group_config.start = MODEL_PS_LATEST;
    ps_open(fixture);
    publish_many(fixture, 3); /* nobody commits anything */
    assert_true(ps_recover(fixture, fixture->store->count));
    ps_commit_all(fixture);
    assert_int_equal(ps_group_counts(fixture).ahead, 3);
}

static void a_late_group_comes_back_under_its_number(void **state)
{
    struct ps_fixture *fixture = *state;
    const struct model_ps_group_config latest = {.start = MODEL_PS_LATEST};
    struct model_ps_member subscriber;
    uint32_t group;

    ps_open(fixture);
    publish_many(fixture, 3);
    assert_int_equal(/* takes a number that is not in the store */
                     model_ps_subscribe(
                         fixture->queue, fixture->topic, MODEL_PS_LATEST, 1, &subscriber),
                     MODEL_PS_OK);
    assert_int_equal(
        model_ps_add_group(fixture->queue, fixture->topic, &latest, &group), MODEL_PS_OK);
    assert_true(group != fixture->group + 1);
    publish_many(fixture, 2);
    assert_true(fixture->store->count > 0);
    uint64_t count = fixture->store->count;
    model_ps_destroy(fixture->queue);
    ps_declare(fixture);
    assert_int_equal(
        model_ps_add_group(fixture->queue, fixture->topic, &latest, &group), MODEL_PS_OK);
    for (uint64_t i = 0; i < count; i++) {
        const struct fake_record *record = &fixture->store->records[i];
        assert_true(model_ps_replay(fixture->queue, i + 1, record->bytes, record->size));
    }
    model_ps_recovered(fixture->queue, 1, &fixture->outbox);
    model_ps_check(fixture->queue);
    assert_int_equal(model_ps_group_counts_of(fixture->queue, group).ahead, 2);
    assert_int_equal(ps_group_counts(fixture).ahead, 5);
}

static void the_bound_holds_after_a_recovery(void **state)
{
    struct ps_fixture *fixture = *state;

    fixture->topic_config.capacity = 4;
    fixture->topic_config.when_full = MODEL_DROP_OLDEST;
    ps_open(fixture);
    for (uint64_t id = 1; id <= 20; id++) {
        ps_publish(fixture, id);
        ps_commit_all(fixture);
    }
    assert_true(ps_recover(fixture, fixture->store->count));
    assert_int_equal(ps_topic_counts(fixture).retained, 4);
    assert_int_equal(model_ps_committed_offset(fixture->queue, fixture->group, 0), 16);
}

static void retention_goes_on_after_a_recovery(void **state)
{
    struct ps_fixture *fixture = *state;

    fixture->topic_config.retain_age = 100;
    ps_open(fixture);
    publish_many(fixture, 3);
    fixture->now = 50;
    ps_publish(fixture, 4);
    ps_commit_all(fixture);
    fixture->now = 120;
    assert_true(ps_recover(fixture, fixture->store->count));
    assert_int_equal(ps_topic_counts(fixture).retained, 1);
    assert_int_equal(ps_group_counts(fixture).passed_unread, 3);
    assert_int_equal(model_ps_next_deadline(fixture->queue), 150);
}

static void a_compacted_topic_comes_back_with_its_gaps(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where;

    fixture->topic_config.compacts = true;
    ps_open(fixture);
    for (uint64_t id = 1; id <= 64; id++) {
        ps_publish_key(fixture, id, id % 5);
    }
    ps_commit_all(fixture);
    assert_true(ps_recover(fixture, fixture->store->count));
    ps_commit_all(fixture);
    assert_int_equal(ps_topic_counts(fixture).retained, 5);
    struct model_ps_member member = ps_join(fixture);
    for (uint64_t id = 60; id <= 64; id++) {
        assert_int_equal(ps_poll(fixture, &member, &where), id);
        assert_int_equal(where.offset, id - 1);
    }
}

static void refuses_what_makes_no_sense_and_changes_nothing(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where;

    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    publish_many(fixture, 1);
    (void)ps_poll(fixture, &member, &where);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
    struct fake_record records[3]; /* limit, message, offset */
    memcpy(records, fixture->store->records, sizeof(records));
    model_ps_destroy(fixture->queue);
    ps_declare(fixture);
    model_ps *queue = fixture->queue;
    assert_false(model_ps_replay(queue, 1, "nonsense", 8));
    assert_true(model_ps_replay(queue, 1, records[0].bytes, records[0].size));
    assert_false(model_ps_replay(queue, 1, records[1].bytes, records[1].size)); /* again */
    struct fake_record bad = records[1];
    bad.bytes[4] = 1; /* a partition that is none */
    assert_false(model_ps_replay(queue, 2, bad.bytes, bad.size));
    assert_true(model_ps_replay(queue, 2, records[1].bytes, records[1].size));
    bad = records[2];
    bad.bytes[2] = 1; /* a group that is none */
    assert_false(model_ps_replay(queue, 3, bad.bytes, bad.size));
    bad = records[2];
    bad.bytes[4] = 1;
    assert_false(model_ps_replay(queue, 3, bad.bytes, bad.size));
    bad = records[0];
    bad.bytes[15] = 0xff; /* a limit that no queue writes */
    assert_false(model_ps_replay(queue, 3, bad.bytes, bad.size));
    assert_true(model_ps_replay(queue, 3, records[2].bytes, records[2].size));
    model_ps_recovered(queue, 1, &fixture->outbox);
    model_ps_check(queue);
    assert_int_equal(ps_group_counts(fixture).committed, 1);
}

static void can_be_thrown_away_in_the_middle_of_a_recovery(void **state)
{
    struct ps_fixture *fixture = *state;

    ps_open(fixture);
    publish_many(fixture, 3);
    assert_true(ps_replay(fixture, fixture->store->count));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PS_STORED_TEST(recovers_messages_and_offsets),
        PS_STORED_TEST(a_commit_that_was_lost_means_one_more_delivery),
        PS_STORED_TEST(nobody_joins_before_the_generations_are_committed),
        PS_STORED_TEST(no_generation_of_an_earlier_life_comes_again),
        PS_STORED_TEST(no_generation_comes_again_even_with_a_weak_store_while_time_goes_on),
        PS_STORED_TEST(a_latest_group_misses_nothing_from_its_start_on),
        PS_STORED_TEST(a_late_group_comes_back_under_its_number),
        PS_STORED_TEST(the_bound_holds_after_a_recovery),
        PS_STORED_TEST(retention_goes_on_after_a_recovery),
        PS_STORED_TEST(a_compacted_topic_comes_back_with_its_gaps),
        PS_STORED_TEST(refuses_what_makes_no_sense_and_changes_nothing),
        PS_STORED_TEST(can_be_thrown_away_in_the_middle_of_a_recovery),
    };

    return cmocka_run_group_tests_name("models/ps_recover", tests, NULL, NULL);
}
