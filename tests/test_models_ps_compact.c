/* Tests of models/ps_compact: the newest of each key stays, at its offset. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/ps_fixture.h"

/* 64 messages with `keys` keys in turn; their ids are 1 to 64. */
static void publish_round(struct ps_fixture *fixture, uint64_t keys)
{
    for (uint64_t id = 1; id <= 64; id++) {
        assert_int_equal(ps_publish_key(fixture, id, id % keys), MODEL_PS_OK);
    }
}

static void the_newest_of_each_key_stays_at_its_offset(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where = {0};

    fixture->topic_config.compacts = true;
    ps_open(fixture);
    publish_round(fixture, 5);
    assert_int_equal(ps_topic_counts(fixture).retained, 5);
    assert_int_equal(ps_topic_counts(fixture).compacted, 59);
    struct model_ps_member member = ps_join(fixture);
    for (uint64_t id = 60; id <= 64; id++) {
        assert_int_equal(ps_poll(fixture, &member, &where), id);
        assert_int_equal(where.offset, id - 1);
    }
    assert_int_equal(ps_group_counts(fixture).passed_unread, 59);
}

static void waits_until_it_is_worth_it(void **state)
{
    struct ps_fixture *fixture = *state;

    fixture->topic_config.compacts = true;
    fixture->topic_config.capacity = 10000;
    ps_open(fixture);
    for (uint64_t id = 0; id < 100; id++) {
        ps_publish_key(fixture, id, id); /* all different; looked at when there were 64 */
    }
    assert_int_equal(ps_topic_counts(fixture).retained, 100);
    for (uint64_t id = 0; id < 27; id++) {
        ps_publish_key(fixture, id, 5);
    }
    assert_int_equal(ps_topic_counts(fixture).compacted, 0);
    ps_publish_key(fixture, 0, 5); /* now 64 that it has seen, and 64 that it has not */
    assert_int_equal(ps_topic_counts(fixture).compacted, 28);
}

static void a_group_in_the_middle_keeps_its_place(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where = {.offset = 0};

    fixture->topic_config.compacts = true;
    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    for (uint64_t id = 1; id <= 63; id++) {
        ps_publish_key(fixture, id, id % 2 == 0 ? 0 : id);
    }
    for (uint64_t id = 1; id <= 20; id++) {
        assert_int_equal(ps_poll(fixture, &member, id <= 10 ? &where : NULL), id);
    }
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
    assert_int_equal(ps_publish_key(fixture, 64, 0), MODEL_PS_OK); /* the even ones go */
    struct model_ps_group_counts counts = ps_group_counts(fixture);
    assert_int_equal(counts.committed, 10);
    assert_int_equal(counts.held, 5);
    assert_int_equal(counts.passed, 26);
    assert_int_equal(counts.passed_unread, 21);
    assert_int_equal(counts.ahead, 23);
    assert_int_equal(ps_poll(fixture, &member, &where), 21);
    assert_int_equal(model_ps_committed_offset(fixture->queue, fixture->group, 0), 10);
    where.offset = 15; /* in a gap: what was given before it is done */
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
    assert_int_equal(ps_group_counts(fixture).committed, 13);
}

static void tells_what_a_group_misses_by_it(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where = {.offset = 0};

    fixture->topic_config.compacts = true;
    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    for (uint64_t id = 1; id <= 63; id++) {
        ps_publish_key(fixture, id, 1);
        if (id <= 60) {
            (void)ps_poll(fixture, &member, &where);
        }
    }
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
    ps_publish_key(fixture, 64, 1);
    assert_int_equal(ps_notices(fixture, MODEL_DROPPED), 3);
    assert_true(ps_has_notice(fixture, MODEL_DROPPED, 61));
}

static void leaves_what_the_store_does_not_have(void **state)
{
    struct ps_fixture *fixture = *state;

    fixture->topic_config.compacts = true;
    ps_open(fixture);
    publish_round(fixture, 1);
    ps_publish_key(fixture, 65, 1);
    assert_int_equal(ps_topic_counts(fixture).uncommitted, 65);
    ps_word(fixture);
    model_ps_committed(fixture->queue, 65, fixture->now, &fixture->outbox); /* 1 is the limit */
    model_ps_check(fixture->queue);
    assert_int_equal(ps_topic_counts(fixture).retained, 1);
    assert_int_equal(ps_topic_counts(fixture).uncommitted, 1);
}

static void cannot_make_room_where_every_key_is_needed(void **state)
{
    struct ps_fixture *fixture = *state;

    fixture->topic_config.compacts = true;
    fixture->topic_config.capacity = 64;
    ps_open(fixture);
    publish_round(fixture, 64);
    assert_int_equal(ps_publish_key(fixture, 1, 1), MODEL_PS_FULL); /* 64 keys */
    assert_int_equal(ps_topic_counts(fixture).retained, 64);
}

static void holds_as_many_messages_as_keys_however_long_it_runs(void **state)
{
    struct ps_fixture *fixture = *state;

    fixture->topic_config.compacts = true;
    fixture->topic_config.capacity = 200;
    fixture->topic_config.when_full = MODEL_REJECT;
    ps_open(fixture);
    for (uint64_t id = 0; id < 5000; id++) {
        assert_int_equal(ps_publish_key(fixture, id, id * id % 97), MODEL_PS_OK);
        assert_in_range(ps_topic_counts(fixture).retained, 1, 49 + 64);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PS_TEST(the_newest_of_each_key_stays_at_its_offset),
        PS_TEST(waits_until_it_is_worth_it),
        PS_TEST(a_group_in_the_middle_keeps_its_place),
        PS_TEST(tells_what_a_group_misses_by_it),
        PS_STORED_TEST(leaves_what_the_store_does_not_have),
        PS_TEST(cannot_make_room_where_every_key_is_needed),
        PS_TEST(holds_as_many_messages_as_keys_however_long_it_runs),
    };

    return cmocka_run_group_tests_name("models/ps_compact", tests, NULL, NULL);
}
