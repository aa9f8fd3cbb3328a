/* Tests of models/ps_group: members come, go and die; broadcast subscribers. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/ps_fixture.h"

static uint64_t owner_of(const struct ps_fixture *fixture, uint32_t partition)
{
    struct model_ps_member owner;

    return model_ps_owner_of(fixture->queue, fixture->group, partition, &owner) ? owner.generation
                                                                                : 0;
}

static void a_joining_member_gets_its_share(void **state)
{
    struct ps_fixture *fixture = *state;

    fixture->topic_config.partitions = 4;
    ps_open(fixture);
    assert_int_equal(owner_of(fixture, 0), 0);
    struct model_ps_member first = ps_join(fixture);
    assert_int_equal(owner_of(fixture, 3), first.generation);
    struct model_ps_member second = ps_join(fixture);
    assert_int_equal(owner_of(fixture, 0), first.generation);
    assert_int_equal(owner_of(fixture, 1), first.generation);
    assert_int_equal(owner_of(fixture, 2), second.generation);
    assert_int_equal(owner_of(fixture, 3), second.generation);
    assert_int_equal(ps_group_counts(fixture).rebalances, 2);
}

static void a_commit_from_an_old_generation_is_refused(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where moved;
    struct model_ps_where kept;

    fixture->topic_config.partitions = 2;
    ps_open(fixture);
    struct model_ps_member first = ps_join(fixture);
    ps_publish_to(fixture, 0, 1);
    ps_publish_to(fixture, 1, 2);
    assert_int_equal(ps_poll(fixture, &first, &kept), 1);
    assert_int_equal(ps_poll(fixture, &first, &moved), 2);
    struct model_ps_member second = ps_join(fixture);
    assert_true(ps_has_notice(fixture, MODEL_REDELIVERED, 2));
    assert_int_equal(ps_notices(fixture, MODEL_REDELIVERED), 1);
    assert_int_equal(ps_commit(fixture, &moved), MODEL_PS_STALE);
    assert_int_equal(ps_commit(fixture, &kept), MODEL_PS_OK);
    assert_int_equal(ps_poll(fixture, &second, &moved), 2);
    assert_int_equal(ps_commit(fixture, &moved), MODEL_PS_OK);
}

/* The partition comes back to the same member, but not the right to commit what it held before. */
static void a_partition_that_comes_back_has_another_generation(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where;

    fixture->topic_config.partitions = 2;
    ps_open(fixture);
    struct model_ps_member first = ps_join(fixture);
    ps_publish_to(fixture, 1, 1);
    assert_int_equal(ps_poll(fixture, &first, &where), 1);
    struct model_ps_member second = ps_join(fixture);
    uint64_t generation = model_ps_generation_of(fixture->queue, fixture->group);
    assert_int_equal(ps_leave(fixture, &second), MODEL_PS_OK);
    assert_true(model_ps_generation_of(fixture->queue, fixture->group) > generation);
    assert_int_equal(owner_of(fixture, 1), first.generation);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_STALE);
    assert_int_equal(ps_poll(fixture, &first, &where), 1);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
}

static void a_leaver_gives_back_what_it_holds(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where;

    ps_open(fixture);
    struct model_ps_member first = ps_join(fixture);
    struct model_ps_member second = ps_join(fixture);
    ps_publish(fixture, 1);
    assert_int_equal(ps_poll(fixture, &first, &where), 1);
    assert_int_equal(ps_poll(fixture, &second, NULL), 0);
    assert_int_equal(ps_leave(fixture, &first), MODEL_PS_OK);
    assert_true(ps_has_notice(fixture, MODEL_READY, fixture->group));
    assert_int_equal(ps_leave(fixture, &first), MODEL_PS_STALE);
    assert_int_equal(ps_poll(fixture, &first, NULL), 0);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_STALE);
    assert_int_equal(ps_poll(fixture, &second, NULL), 1);
}

static void a_member_that_is_not_heard_from_is_gone(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_delivery delivery;

    fixture->group_config.session = 100;
    ps_open(fixture);
    struct model_ps_member silent = ps_join(fixture);
    ps_publish(fixture, 1);
    assert_int_equal(ps_poll(fixture, &silent, NULL), 1);
    fixture->now = 50;
    struct model_ps_member other = ps_join(fixture);
    assert_true(model_ps_next_deadline(fixture->queue) <= 101);
    fixture->now = 100;
    ps_expire(fixture);
    assert_int_equal(owner_of(fixture, 0), silent.generation);
    fixture->now = 101;
    ps_expire(fixture);
    assert_int_equal(owner_of(fixture, 0), other.generation);
    assert_int_equal(
        model_ps_poll(fixture->queue, &silent, fixture->now, &delivery), MODEL_PS_STALE);
    assert_int_equal(model_ps_heartbeat(fixture->queue, &silent, 101), MODEL_PS_STALE);
    assert_int_equal(ps_poll(fixture, &other, NULL), 1);
}

static void polls_commits_and_heartbeats_keep_a_member_alive(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where;

    fixture->group_config.session = 100;
    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    ps_publish(fixture, 1);
    fixture->now = 90;
    assert_int_equal(ps_poll(fixture, &member, &where), 1);
    fixture->now = 180;
    ps_expire(fixture);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
    fixture->now = 270;
    ps_expire(fixture);
    assert_int_equal(model_ps_heartbeat(fixture->queue, &member, 270), MODEL_PS_OK);
    fixture->now = 369;
    ps_expire(fixture);
    assert_int_equal(owner_of(fixture, 0), member.generation);
    fixture->now = 370;
    ps_expire(fixture);
    assert_int_equal(owner_of(fixture, 0), 0);
}

static void a_name_is_never_given_twice(void **state)
{
    struct ps_fixture *fixture = *state;

    ps_open(fixture);
    struct model_ps_member first = ps_join(fixture);
    assert_int_equal(ps_leave(fixture, &first), MODEL_PS_OK);
    struct model_ps_member second = ps_join(fixture);
    assert_int_equal(second.slot, first.slot);
    assert_int_equal(ps_leave(fixture, &first), MODEL_PS_STALE);
    assert_int_equal(owner_of(fixture, 0), second.generation);
}

static void a_later_group_starts_where_it_wants(void **state)
{
    struct ps_fixture *fixture = *state;
    const struct model_ps_group_config latest = {.start = MODEL_PS_LATEST};
    const struct model_ps_group_config earliest = {.start = MODEL_PS_EARLIEST};
    uint32_t group;

    fixture->topic_config.capacity = 2;
    fixture->topic_config.when_full = MODEL_DROP_OLDEST;
    ps_open(fixture);
    for (uint64_t id = 1; id <= 3; id++) {
        ps_publish(fixture, id);
    }
    assert_int_equal(
        model_ps_add_group(fixture->queue, fixture->topic, &latest, &group), MODEL_PS_OK);
    struct model_ps_group_counts counts = model_ps_group_counts_of(fixture->queue, group);
    assert_int_equal(counts.ahead, 0);
    assert_int_equal(counts.committed, 2);
    assert_int_equal(counts.passed, 1);
    assert_int_equal(
        model_ps_add_group(fixture->queue, fixture->topic, &earliest, &group), MODEL_PS_OK);
    counts = model_ps_group_counts_of(fixture->queue, group);
    assert_int_equal(counts.ahead, 2);
    assert_int_equal(counts.passed_unread, 1);
    model_ps_check(fixture->queue);
}

static void every_broadcast_subscriber_sees_every_message(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_member subscribers[3];
    struct model_ps_where where;

    fixture->topic_config.partitions = 2;
    ps_open(fixture);
    ps_publish_to(fixture, 0, 1);
    for (int i = 0; i < 3; i++) {
        enum model_ps_start start = i == 0 ? MODEL_PS_EARLIEST : MODEL_PS_LATEST;
        assert_int_equal(
            model_ps_subscribe(fixture->queue, fixture->topic, start, 1, &subscribers[i]),
            MODEL_PS_OK);
    }
    assert_int_equal(ps_poll(fixture, &subscribers[0], &where), 1);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_REPEATED); /* it was at once */
    ps_publish_to(fixture, 1, 2);
    assert_int_equal(ps_notices(fixture, MODEL_READY), 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ps_poll(fixture, &subscribers[i], NULL), 2);
        assert_int_equal(ps_poll(fixture, &subscribers[i], NULL), 0);
        assert_int_equal(ps_leave(fixture, &subscribers[i]), MODEL_PS_OK);
        assert_int_equal(ps_poll(fixture, &subscribers[i], NULL), 0);
    }
}

static void a_broadcast_subscriber_holds_nothing_back(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_member member;
    struct model_ps_member slow;
    struct model_ps_where where;

    fixture->topic_config.capacity = 1;
    ps_open(fixture);
    member = ps_join(fixture);
    assert_int_equal(
        model_ps_subscribe(fixture->queue, fixture->topic, MODEL_PS_LATEST, 1, &slow), MODEL_PS_OK);
    ps_publish(fixture, 1);
    assert_int_equal(ps_publish(fixture, 2), MODEL_PS_FULL);
    assert_int_equal(ps_poll(fixture, &member, &where), 1);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
    assert_int_equal(ps_publish(fixture, 2), MODEL_PS_OK);
    assert_int_equal(model_ps_group_counts_of(fixture->queue, slow.group).passed_unread, 1);
    assert_int_equal(ps_poll(fixture, &slow, NULL), 2);
}

static void groups_of_subscribers_that_left_are_used_again(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_member member;
    uint32_t group = 0;

    ps_open(fixture);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(
            model_ps_subscribe(fixture->queue, fixture->topic, MODEL_PS_LATEST, 1, &member),
            MODEL_PS_OK);
        assert_true(i == 0 || member.group == group);
        group = member.group;
        assert_int_equal(ps_leave(fixture, &member), MODEL_PS_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PS_TEST(a_joining_member_gets_its_share),
        PS_TEST(a_commit_from_an_old_generation_is_refused),
        PS_TEST(a_partition_that_comes_back_has_another_generation),
        PS_TEST(a_leaver_gives_back_what_it_holds),
        PS_TEST(a_member_that_is_not_heard_from_is_gone),
        PS_TEST(polls_commits_and_heartbeats_keep_a_member_alive),
        PS_TEST(a_name_is_never_given_twice),
        PS_TEST(a_later_group_starts_where_it_wants),
        PS_TEST(every_broadcast_subscriber_sees_every_message),
        PS_TEST(a_broadcast_subscriber_holds_nothing_back),
        PS_TEST(groups_of_subscribers_that_left_are_used_again),
    };

    return cmocka_run_group_tests_name("models/ps_group", tests, NULL, NULL);
}
