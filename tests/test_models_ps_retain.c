/* Tests of models/ps_retain: the bound and its policies, size and age. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/ps_fixture.h"

static void open_full(struct ps_fixture *fixture, enum model_when_full when_full)
{
    fixture->topic_config.capacity = 2;
    fixture->topic_config.when_full = when_full;
    ps_open(fixture);
    ps_publish(fixture, 1);
    ps_publish(fixture, 2);
}

static void block_leaves_the_message_with_its_sender(void **state)
{
    struct ps_fixture *fixture = *state;

    open_full(fixture, MODEL_BLOCK);
    assert_int_equal(ps_publish(fixture, 3), MODEL_PS_FULL);
    assert_int_equal(fixture->outbox.count, 0);
    assert_int_equal(ps_topic_counts(fixture).offered, 2);
}

static void reject_counts_what_it_refuses(void **state)
{
    struct ps_fixture *fixture = *state;

    open_full(fixture, MODEL_REJECT);
    assert_int_equal(ps_publish(fixture, 3), MODEL_PS_REFUSED);
    assert_int_equal(ps_topic_counts(fixture).offered, 3);
    assert_int_equal(ps_topic_counts(fixture).refused, 1);
}

static void drop_newest_drops_what_is_offered(void **state)
{
    struct ps_fixture *fixture = *state;

    open_full(fixture, MODEL_DROP_NEWEST);
    assert_int_equal(ps_publish(fixture, 3), MODEL_PS_DROPPED);
    assert_true(ps_has_notice(fixture, MODEL_DROPPED, 3));
    assert_int_equal(ps_topic_counts(fixture).dropped, 1);
}

static void drop_oldest_passes_the_group(void **state)
{
    struct ps_fixture *fixture = *state;

    open_full(fixture, MODEL_DROP_OLDEST);
    struct model_ps_member member = ps_join(fixture);
    assert_int_equal(ps_poll(fixture, &member, NULL), 1);
    assert_int_equal(ps_publish(fixture, 3), MODEL_PS_OK);
    assert_true(ps_has_notice(fixture, MODEL_DROPPED, 1));
    assert_int_equal(ps_publish(fixture, 4), MODEL_PS_OK);
    assert_int_equal(ps_group_counts(fixture).passed, 2);
    assert_int_equal(ps_group_counts(fixture).passed_unread, 1);
    assert_int_equal(ps_poll(fixture, &member, NULL), 3);
}

static void drop_oldest_drops_the_newest_while_the_store_has_none(void **state)
{
    struct ps_fixture *fixture = *state;

    open_full(fixture, MODEL_DROP_OLDEST);
    assert_int_equal(ps_publish(fixture, 3), MODEL_PS_DROPPED);
    ps_commit_all(fixture);
    assert_int_equal(ps_publish(fixture, 3), MODEL_PS_OK);
    assert_true(ps_has_notice(fixture, MODEL_DROPPED, 1));
}

static void what_all_groups_have_committed_makes_room(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where;
    uint32_t group;

    fixture->topic_config.capacity = 2;
    ps_open(fixture);
    assert_int_equal(
        model_ps_add_group(fixture->queue, fixture->topic, &fixture->group_config, &group),
        MODEL_PS_OK);
    struct model_ps_member member = ps_join(fixture);
    ps_publish(fixture, 1);
    ps_publish(fixture, 2);
    assert_int_equal(ps_publish(fixture, 3), MODEL_PS_FULL);
    (void)ps_poll(fixture, &member, &where);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
    assert_int_equal(ps_notices(fixture, MODEL_ROOM), 0); /* the other group still wants it */
    where.group = group;
    where.offset = 1;
    assert_int_equal(model_ps_seek(fixture->queue, &where, 1, &fixture->outbox), MODEL_PS_OK);
    assert_true(ps_has_notice(fixture, MODEL_ROOM, fixture->topic));
    assert_int_equal(ps_topic_counts(fixture).retained, 2); /* until it is needed */
    assert_int_equal(ps_publish(fixture, 3), MODEL_PS_OK);
    assert_int_equal(ps_notices(fixture, MODEL_DROPPED), 0);
    assert_int_equal(ps_group_counts(fixture).passed, 0);
}

static void without_groups_the_oldest_makes_room(void **state)
{
    struct ps_fixture *fixture = *state;
    const struct model_ps_topic_config config = {.partitions = 1, .capacity = 1};
    struct model_ps_topic_partition to = {.partition = 0};
    struct model_message message = {.id = 1};

    ps_open(fixture);
    assert_int_equal(model_ps_add_topic(fixture->queue, &config, &to.topic), MODEL_PS_OK);
    for (message.id = 1; message.id <= 3; message.id++) {
        assert_int_equal(
            model_ps_publish_to(fixture->queue, &to, &message, 1, &fixture->outbox), MODEL_PS_OK);
    }
    assert_int_equal(ps_notices(fixture, MODEL_DROPPED), 0);
    assert_int_equal(model_ps_topic_counts_of(fixture->queue, to.topic).retained, 1);
}

static void size_takes_the_oldest_but_never_the_newest(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_message large = {.id = 9, .size = 100000};

    fixture->topic_config.retain_bytes =
        UINT64_C(3) * 74; /* the fixture's messages have 10 of payload */
    ps_open(fixture);
    for (uint64_t id = 1; id <= 3; id++) {
        ps_publish(fixture, id);
    }
    assert_int_equal(ps_topic_counts(fixture).retained, 3);
    ps_publish(fixture, 4);
    assert_int_equal(ps_topic_counts(fixture).retained, 3);
    assert_true(ps_has_notice(fixture, MODEL_DROPPED, 1));
    assert_int_equal(
        model_ps_publish(fixture->queue, fixture->topic, &large, 1, &fixture->outbox), MODEL_PS_OK);
    assert_int_equal(ps_topic_counts(fixture).retained, 1);
    assert_int_equal(ps_group_counts(fixture).passed_unread, 4);
    model_ps_check(fixture->queue);
}

static void age_takes_what_is_too_old(void **state)
{
    struct ps_fixture *fixture = *state;

    fixture->topic_config.retain_age = 100;
    ps_open(fixture);
    assert_int_equal(model_ps_next_deadline(fixture->queue), SIM_NEVER);
    fixture->now = 10;
    ps_publish(fixture, 1);
    fixture->now = 20;
    ps_publish(fixture, 2);
    assert_int_equal(model_ps_next_deadline(fixture->queue), 110);
    fixture->now = 109;
    ps_expire(fixture);
    assert_int_equal(ps_topic_counts(fixture).retained, 2);
    fixture->now = 110;
    ps_expire(fixture);
    assert_int_equal(ps_topic_counts(fixture).retained, 1);
    assert_int_equal(model_ps_next_deadline(fixture->queue), 120);
    fixture->now = 1000;
    ps_expire(fixture);
    assert_int_equal(ps_topic_counts(fixture).retained, 0);
    assert_int_equal(ps_group_counts(fixture).passed_unread, 2);
    assert_int_equal(model_ps_next_deadline(fixture->queue), SIM_NEVER);
}

static void age_leaves_what_the_store_does_not_have(void **state)
{
    struct ps_fixture *fixture = *state;

    fixture->topic_config.retain_age = 100;
    ps_open(fixture);
    ps_publish(fixture, 1);
    fixture->now = 1000;
    ps_expire(fixture);
    assert_int_equal(ps_topic_counts(fixture).uncommitted, 1);
    ps_commit_all(fixture);
    assert_int_equal(ps_topic_counts(fixture).retained, 1);
    ps_expire(fixture);
    assert_int_equal(ps_topic_counts(fixture).retained, 0);
}

static void age_makes_room_for_who_waits(void **state)
{
    struct ps_fixture *fixture = *state;

    fixture->topic_config.retain_age = 100;
    open_full(fixture, MODEL_BLOCK);
    assert_int_equal(ps_publish(fixture, 3), MODEL_PS_FULL);
    fixture->now = 200;
    ps_expire(fixture);
    assert_int_equal(ps_notices(fixture, MODEL_ROOM), 1);
    assert_int_equal(ps_publish(fixture, 3), MODEL_PS_OK);
    assert_int_equal(ps_notices(fixture, MODEL_ROOM), 0);
}

static void what_is_passed_can_not_be_given_back(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where;

    fixture->topic_config.retain_age = 100;
    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    ps_publish(fixture, 1);
    assert_int_equal(ps_poll(fixture, &member, &where), 1);
    fixture->now = 101;
    ps_expire(fixture);
    assert_int_equal(ps_group_counts(fixture).passed, 1);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_REPEATED);
    assert_int_equal(ps_leave(fixture, &member), MODEL_PS_OK);
    assert_int_equal(ps_notices(fixture, MODEL_REDELIVERED), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PS_TEST(block_leaves_the_message_with_its_sender),
        PS_TEST(reject_counts_what_it_refuses),
        PS_TEST(drop_newest_drops_what_is_offered),
        PS_TEST(drop_oldest_passes_the_group),
        PS_STORED_TEST(drop_oldest_drops_the_newest_while_the_store_has_none),
        PS_TEST(what_all_groups_have_committed_makes_room),
        PS_TEST(without_groups_the_oldest_makes_room),
        PS_TEST(size_takes_the_oldest_but_never_the_newest),
        PS_TEST(age_takes_what_is_too_old),
        PS_STORED_TEST(age_leaves_what_the_store_does_not_have),
        PS_TEST(age_makes_room_for_who_waits),
        PS_TEST(what_is_passed_can_not_be_given_back),
    };

    return cmocka_run_group_tests_name("models/ps_retain", tests, NULL, NULL);
}
