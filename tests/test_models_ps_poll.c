/* Tests of models/ps_poll: polling, committing, seeking. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/ps_fixture.h"

static void publish_many(struct ps_fixture *fixture, uint64_t first, uint64_t last)
{
    for (uint64_t id = first; id <= last; id++) {
        assert_int_equal(ps_publish(fixture, id), MODEL_PS_OK);
    }
}

static void delivers_a_partition_in_order(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where = {0};

    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    assert_int_equal(ps_poll(fixture, &member, NULL), 0);
    publish_many(fixture, 1, 600);
    for (uint64_t id = 1; id <= 600; id++) {
        assert_int_equal(ps_poll(fixture, &member, &where), id);
        assert_int_equal(where.offset, id - 1);
    }
    assert_int_equal(ps_poll(fixture, &member, NULL), 0);
    assert_int_equal(ps_group_counts(fixture).held, 600);
}

static void tells_the_group_when_there_is_something_again(void **state)
{
    struct ps_fixture *fixture = *state;

    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    ps_publish(fixture, 1);
    assert_int_equal(ps_notices(fixture, MODEL_READY), 1);
    ps_publish(fixture, 2);
    assert_int_equal(ps_notices(fixture, MODEL_READY), 0);
    (void)ps_poll(fixture, &member, NULL);
    (void)ps_poll(fixture, &member, NULL);
    ps_publish(fixture, 3);
    assert_true(ps_has_notice(fixture, MODEL_READY, fixture->group));
}

static void the_partitions_of_a_member_take_turns(void **state)
{
    struct ps_fixture *fixture = *state;

    fixture->topic_config.partitions = 3;
    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    for (uint64_t id = 1; id <= 6; id++) {
        ps_publish_to(fixture, id <= 4 ? 0 : 2, id);
    }
    const uint64_t expected[] = {1, 5, 2, 6, 3, 4};
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(ps_poll(fixture, &member, NULL), expected[i]);
    }
}

static void a_batch_takes_what_fits_and_the_next_goes_on(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_delivery deliveries[5];
    struct model_ps_batch batch = {.deliveries = deliveries, .capacity = 5};

    fixture->topic_config.partitions = 2;
    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    for (uint64_t id = 1; id <= 7; id++) {
        ps_publish_to(fixture, id <= 3 ? 0 : 1, id);
    }
    assert_int_equal(model_ps_poll_batch(fixture->queue, &member, 1, &batch), MODEL_PS_OK);
    assert_int_equal(batch.count, 5);
    for (uint64_t i = 0; i < 5; i++) {
        assert_int_equal(deliveries[i].message.id, i + 1);
    }
    assert_int_equal(model_ps_poll_batch(fixture->queue, &member, 1, &batch), MODEL_PS_OK);
    assert_int_equal(batch.count, 2);
    assert_int_equal(deliveries[1].message.id, 7);
    assert_int_equal(model_ps_poll_batch(fixture->queue, &member, 1, &batch), MODEL_PS_EMPTY);
    assert_int_equal(batch.count, 0);
}

static void a_commit_takes_all_before_it(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where = {.offset = 0};

    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    publish_many(fixture, 1, 5);
    for (uint64_t id = 1; id <= 3; id++) {
        (void)ps_poll(fixture, &member, &where);
    }
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
    assert_true(ps_has_notice(fixture, MODEL_ACK_CONFIRMED, 3));
    assert_int_equal(ps_notices(fixture, MODEL_ACK_CONFIRMED), 1);
    assert_int_equal(ps_group_counts(fixture).committed, 3);
    assert_int_equal(ps_group_counts(fixture).held, 0);
    assert_int_equal(model_ps_committed_offset(fixture->queue, fixture->group, 0), 3);
    assert_int_equal(model_ps_lag(fixture->queue, fixture->group, 0), 2);
}

static void a_bad_commit_has_its_own_result_and_changes_nothing(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where = {.offset = 0};

    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    publish_many(fixture, 1, 3);
    (void)ps_poll(fixture, &member, &where);
    (void)ps_poll(fixture, &member, &where);
    struct model_ps_group_counts before = ps_group_counts(fixture);
    struct model_ps_where bad = where;
    bad.offset = 2; /* it is there, but was not delivered */
    assert_int_equal(ps_commit(fixture, &bad), MODEL_PS_NOT_DELIVERED);
    bad.offset = UINT64_MAX;
    assert_int_equal(ps_commit(fixture, &bad), MODEL_PS_NOT_DELIVERED);
    bad = where;
    bad.partition = 1;
    assert_int_equal(ps_commit(fixture, &bad), MODEL_PS_NO_PARTITION);
    bad = where;
    bad.generation--;
    assert_int_equal(ps_commit(fixture, &bad), MODEL_PS_STALE);
    bad = where;
    bad.group = 99;
    assert_int_equal(ps_commit(fixture, &bad), MODEL_PS_STALE);
    struct model_ps_group_counts after = ps_group_counts(fixture);
    assert_memory_equal(&before, &after, sizeof(before));
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_REPEATED);
    where.offset = 0;
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_REPEATED);
    assert_int_equal(fixture->outbox.count, 0);
}

static void nothing_is_delivered_after_its_commit(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where;

    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    publish_many(fixture, 1, 2);
    (void)ps_poll(fixture, &member, &where);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
    assert_int_equal(ps_leave(fixture, &member), MODEL_PS_OK);
    member = ps_join(fixture);
    assert_int_equal(ps_poll(fixture, &member, NULL), 2);
    assert_int_equal(ps_poll(fixture, &member, NULL), 0);
}

static void replays_from_an_offset(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where = {.offset = 0};

    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    publish_many(fixture, 1, 5);
    for (uint64_t id = 1; id <= 5; id++) {
        (void)ps_poll(fixture, &member, &where);
    }
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
    assert_int_equal(ps_seek(fixture, 0, 2), MODEL_PS_OK);
    assert_true(ps_has_notice(fixture, MODEL_READY, fixture->group));
    assert_int_equal(ps_group_counts(fixture).committed, 2);
    assert_int_equal(ps_group_counts(fixture).ahead, 3);
    assert_int_equal(ps_poll(fixture, &member, NULL), 3);
    assert_int_equal(ps_group_counts(fixture).redelivered, 1);
}

static void replays_from_a_time(void **state)
{
    struct ps_fixture *fixture = *state;

    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    for (uint64_t id = 1; id <= 5; id++) {
        fixture->now = (sim_time)(100 * id);
        ps_publish(fixture, id);
        (void)ps_poll(fixture, &member, NULL);
    }
    uint64_t offset = model_ps_offset_at(fixture->queue, fixture->topic, 0, 250);
    assert_int_equal(ps_seek(fixture, 0, offset), MODEL_PS_OK);
    assert_int_equal(ps_notices(fixture, MODEL_REDELIVERED), 5);
    assert_int_equal(ps_poll(fixture, &member, NULL), 3);
}

static void a_seek_makes_stale_what_was_delivered_before_it(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where;

    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    publish_many(fixture, 1, 3);
    (void)ps_poll(fixture, &member, &where);
    assert_int_equal(ps_seek(fixture, 0, 0), MODEL_PS_OK);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_STALE);
    assert_int_equal(ps_poll(fixture, &member, &where), 1);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
}

static void a_jump_counts_as_committed(void **state)
{
    struct ps_fixture *fixture = *state;

    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    publish_many(fixture, 1, 5);
    assert_int_equal(ps_seek(fixture, 0, 1000), MODEL_PS_OK);
    assert_int_equal(ps_group_counts(fixture).committed, 5);
    assert_int_equal(ps_poll(fixture, &member, NULL), 0);
    assert_int_equal(ps_seek(fixture, 1, 0), MODEL_PS_NO_PARTITION);
}

static void a_second_delivery_is_the_second_attempt(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_delivery delivery;

    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    publish_many(fixture, 1, 1);
    for (uint16_t attempt = 1; attempt <= 3; attempt++) {
        assert_int_equal(model_ps_poll(fixture->queue, &member, 1, &delivery), MODEL_PS_OK);
        assert_int_equal(delivery.message.attempt, attempt == 1 ? 1 : 2);
        assert_int_equal(ps_seek(fixture, 0, 0), MODEL_PS_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PS_TEST(delivers_a_partition_in_order),
        PS_TEST(tells_the_group_when_there_is_something_again),
        PS_TEST(the_partitions_of_a_member_take_turns),
        PS_TEST(a_batch_takes_what_fits_and_the_next_goes_on),
        PS_TEST(a_commit_takes_all_before_it),
        PS_TEST(a_bad_commit_has_its_own_result_and_changes_nothing),
        PS_TEST(nothing_is_delivered_after_its_commit),
        PS_TEST(replays_from_an_offset),
        PS_TEST(replays_from_a_time),
        PS_TEST(a_seek_makes_stale_what_was_delivered_before_it),
        PS_TEST(a_jump_counts_as_committed),
        PS_TEST(a_second_delivery_is_the_second_attempt),
    };

    return cmocka_run_group_tests_name("models/ps_poll", tests, NULL, NULL);
}
