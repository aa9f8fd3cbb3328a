/* Tests of models/publish_subscribe: set-up, publishing, the store, closing. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/ps_fixture.h"

static enum model_ps_status add(const struct model_ps_topic_config *config)
{
    model_ps *queue = model_ps_create(NULL);
    uint32_t topic = 77;
    enum model_ps_status status = model_ps_add_topic(queue, config, &topic);

    assert_true((status == MODEL_PS_OK) == (topic == 0));
    model_ps_check(queue);
    model_ps_destroy(queue);
    return status;
}

static void refuses_a_bad_topic_and_changes_nothing(void **state)
{
    struct model_ps_topic_config good = {.partitions = 2, .capacity = 5};
    struct model_ps_topic_config bad = good;

    (void)state;
    assert_int_equal(add(&good), MODEL_PS_OK);
    bad.capacity = 0;
    assert_int_equal(add(&bad), MODEL_PS_BAD_CAPACITY);
    bad.capacity = UINT64_C(1) << 63;
    assert_int_equal(add(&bad), MODEL_PS_BAD_CAPACITY);
    bad.capacity = MODEL_PS_CAPACITY_MAX;
    assert_int_equal(add(&bad), MODEL_PS_OK);
    bad.compacts = true;
    assert_int_equal(add(&bad), MODEL_PS_BAD_CAPACITY);
    bad = good;
    bad.partitions = 0;
    assert_int_equal(add(&bad), MODEL_PS_BAD_PARTITIONS);
    bad.partitions = MODEL_PS_PARTITIONS_MAX + 1;
    assert_int_equal(add(&bad), MODEL_PS_BAD_PARTITIONS);
    bad = good;
    bad.retain_age = -1;
    assert_int_equal(add(&bad), MODEL_PS_BAD_RETENTION);
    bad = good;
    bad.when_full = (enum model_when_full)4;
    assert_int_equal(add(&bad), MODEL_PS_BAD_RETENTION);
}

static void refuses_a_bad_group_and_changes_nothing(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_group_config config = {.session = -1};
    uint32_t group = 77;

    ps_open(fixture);
    assert_int_equal(model_ps_add_group(fixture->queue, 0, &config, &group), MODEL_PS_BAD_SESSION);
    config = (struct model_ps_group_config){.assignment = (enum model_ps_assignment)3};
    assert_int_equal(
        model_ps_add_group(fixture->queue, 0, &config, &group), MODEL_PS_BAD_ASSIGNMENT);
    config = (struct model_ps_group_config){.start = (enum model_ps_start)2};
    assert_int_equal(
        model_ps_add_group(fixture->queue, 0, &config, &group), MODEL_PS_BAD_ASSIGNMENT);
    assert_int_equal(group, 77);
    model_ps_check(fixture->queue);
}

static void a_key_always_leads_to_the_same_partition(void **state)
{
    struct ps_fixture *fixture = *state;
    uint64_t counts[8] = {0};

    fixture->topic_config.partitions = 8;
    ps_open(fixture);
    for (uint64_t key = 0; key < 8000; key++) {
        uint32_t partition = model_ps_partition_of(fixture->queue, fixture->topic, key);
        assert_in_range(partition, 0, 7);
        counts[partition]++;
    }
    for (uint32_t i = 0; i < 8; i++) {
        assert_in_range(counts[i], 900, 1100);
    }
    struct model_ps_member member = ps_join(fixture);
    struct model_ps_where where = {.partition = 0};
    assert_int_equal(ps_publish_key(fixture, 1, 4711), MODEL_PS_OK);
    assert_int_equal(ps_poll(fixture, &member, &where), 1);
    assert_int_equal(where.partition, model_ps_partition_of(fixture->queue, fixture->topic, 4711));
}

static void refuses_a_partition_that_is_none(void **state)
{
    struct ps_fixture *fixture = *state;

    ps_open(fixture);
    assert_int_equal(ps_publish_to(fixture, 1, 1), MODEL_PS_NO_PARTITION);
    assert_int_equal(ps_publish_to(fixture, UINT32_MAX, 1), MODEL_PS_NO_PARTITION);
    assert_int_equal(fixture->outbox.count, 0);
    assert_int_equal(ps_topic_counts(fixture).offered, 0);
}

static void refuses_a_payload_that_is_too_large(void **state)
{
    struct ps_fixture *fixture = *state;

    fixture->topic_config.payload_max = 9; /* the fixture's messages have 10 */
    ps_open(fixture);
    assert_int_equal(ps_publish(fixture, 1), MODEL_PS_TOO_LARGE);
    assert_int_equal(fixture->outbox.count, 0);
    assert_int_equal(ps_topic_counts(fixture).offered, 0);
}

static void confirms_at_once_in_memory(void **state)
{
    struct ps_fixture *fixture = *state;

    ps_open(fixture);
    assert_int_equal(ps_publish(fixture, 5), MODEL_PS_OK);
    assert_true(ps_has_notice(fixture, MODEL_SEND_CONFIRMED, 5));
    assert_int_equal(ps_notices(fixture, MODEL_STORE), 0);
}

static void shows_a_message_when_the_store_has_it(void **state)
{
    struct ps_fixture *fixture = *state;

    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    assert_int_equal(ps_publish(fixture, 5), MODEL_PS_OK);
    assert_int_equal(ps_notices(fixture, MODEL_SEND_CONFIRMED), 0);
    assert_int_equal(ps_notices(fixture, MODEL_STORE), 1);
    assert_int_equal(ps_topic_counts(fixture).uncommitted, 1);
    assert_int_equal(ps_poll(fixture, &member, NULL), 0);
    ps_commit_all(fixture);
    assert_true(ps_has_notice(fixture, MODEL_SEND_CONFIRMED, 5));
    assert_true(ps_has_notice(fixture, MODEL_READY, fixture->group));
    assert_int_equal(ps_poll(fixture, &member, NULL), 5);
}

static void confirms_a_commit_when_the_store_has_it(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where;

    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    ps_publish(fixture, 5);
    ps_commit_all(fixture);
    assert_int_equal(ps_poll(fixture, &member, &where), 5);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
    assert_int_equal(ps_notices(fixture, MODEL_ACK_CONFIRMED), 0);
    ps_commit_all(fixture);
    assert_true(ps_has_notice(fixture, MODEL_ACK_CONFIRMED, 5));
    ps_commit_all(fixture);
    assert_int_equal(fixture->outbox.count, 0);
}

static void every_group_sees_every_message(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_delivery delivery;
    struct model_ps_member other;
    uint32_t group;

    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    assert_int_equal(
        model_ps_add_group(fixture->queue, fixture->topic, &fixture->group_config, &group),
        MODEL_PS_OK);
    assert_int_equal(
        model_ps_join(fixture->queue, group, 1, &other, &fixture->outbox), MODEL_PS_OK);
    for (uint64_t id = 1; id <= 3; id++) {
        ps_publish(fixture, id);
    }
    for (uint64_t id = 1; id <= 3; id++) {
        assert_int_equal(ps_poll(fixture, &member, NULL), id);
        assert_int_equal(model_ps_poll(fixture->queue, &other, 1, &delivery), MODEL_PS_OK);
        assert_int_equal(delivery.message.id, id);
    }
}

static void a_topic_knows_nothing_of_another(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_topic_config config = {.partitions = 3, .capacity = 1};
    struct model_message message = {.id = 9};
    uint32_t topic;

    ps_open(fixture);
    assert_int_equal(model_ps_add_topic(fixture->queue, &config, &topic), MODEL_PS_OK);
    assert_int_equal(topic, fixture->topic + 1);
    struct model_ps_member member = ps_join(fixture);
    assert_int_equal(
        model_ps_publish(fixture->queue, topic, &message, 1, &fixture->outbox), MODEL_PS_OK);
    assert_int_equal(ps_poll(fixture, &member, NULL), 0);
    assert_int_equal(model_ps_topic_counts_of(fixture->queue, topic).published, 1);
    assert_int_equal(ps_topic_counts(fixture).published, 0);
}

static void a_closed_queue_says_so_and_changes_nothing(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where;
    struct model_ps_member other;

    fixture->group_config.session = 10;
    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    ps_publish(fixture, 1);
    ps_publish(fixture, 2);
    assert_int_equal(ps_poll(fixture, &member, &where), 1);
    struct model_ps_group_counts before = ps_group_counts(fixture);
    model_ps_close(fixture->queue);
    assert_int_equal(ps_publish(fixture, 3), MODEL_PS_CLOSED);
    assert_int_equal(ps_publish_key(fixture, 3, 3), MODEL_PS_CLOSED);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_CLOSED);
    assert_int_equal(ps_seek(fixture, 0, 0), MODEL_PS_CLOSED);
    assert_int_equal(ps_leave(fixture, &member), MODEL_PS_CLOSED);
    assert_int_equal(model_ps_heartbeat(fixture->queue, &member, 2), MODEL_PS_CLOSED);
    assert_int_equal(
        model_ps_join(fixture->queue, fixture->group, 2, &other, &fixture->outbox),
        MODEL_PS_CLOSED);
    assert_int_equal(
        model_ps_subscribe(fixture->queue, fixture->topic, MODEL_PS_LATEST, 2, &other),
        MODEL_PS_CLOSED);
    struct model_ps_delivery deliveries[2];
    struct model_ps_batch batch = {.deliveries = deliveries, .capacity = 2, .count = 9};
    assert_int_equal(model_ps_poll(fixture->queue, &member, 2, deliveries), MODEL_PS_CLOSED);
    assert_int_equal(model_ps_poll_batch(fixture->queue, &member, 2, &batch), MODEL_PS_CLOSED);
    assert_int_equal(batch.count, 0);
    assert_int_equal(model_ps_next_deadline(fixture->queue), SIM_NEVER);
    fixture->now = 1000;
    ps_expire(fixture);
    assert_int_equal(fixture->outbox.count, 0);
    struct model_ps_group_counts after = ps_group_counts(fixture);
    assert_memory_equal(&before, &after, sizeof(before));
    assert_int_equal(ps_topic_counts(fixture).offered, 2);
}

static void a_clock_that_is_set_back_stands_still(void **state)
{
    struct ps_fixture *fixture = *state;

    fixture->topic_config.retain_age = 100;
    fixture->now = 1000;
    ps_open(fixture);
    ps_publish(fixture, 1);
    fixture->now = 10;
    ps_publish(fixture, 2);
    assert_int_equal(model_ps_offset_at(fixture->queue, fixture->topic, 0, 1000), 0);
    assert_int_equal(model_ps_offset_at(fixture->queue, fixture->topic, 0, 1001), 2);
    assert_int_equal(model_ps_next_deadline(fixture->queue), 1100);
}

static void refuses_a_key_that_has_no_partition(void **state)
{
    struct ps_fixture *fixture = *state;
    const struct model_message message = {.id = 1, .key = 7};
    const struct model_ps_topic_partition nowhere[] = {
        {.topic = 9}, {.topic = 0, .partition = 999}};

    ps_open(fixture);
    model_outbox_clear(&fixture->outbox);
    assert_int_equal(
        model_ps_publish(fixture->queue, 9, &message, 1, &fixture->outbox), MODEL_PS_NO_PARTITION);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(
            model_ps_publish_to(fixture->queue, &nowhere[i], &message, 1, &fixture->outbox),
            MODEL_PS_NO_PARTITION);
    }
    assert_int_equal(fixture->outbox.count, 0);
    assert_int_equal(model_ps_topic_counts_of(fixture->queue, 0).offered, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_a_bad_topic_and_changes_nothing),
        PS_TEST(refuses_a_bad_group_and_changes_nothing),
        PS_TEST(a_key_always_leads_to_the_same_partition),
        PS_TEST(refuses_a_partition_that_is_none),
        PS_TEST(refuses_a_key_that_has_no_partition),
        PS_TEST(refuses_a_payload_that_is_too_large),
        PS_TEST(confirms_at_once_in_memory),
        PS_STORED_TEST(shows_a_message_when_the_store_has_it),
        PS_STORED_TEST(confirms_a_commit_when_the_store_has_it),
        PS_TEST(every_group_sees_every_message),
        PS_TEST(a_topic_knows_nothing_of_another),
        PS_TEST(a_closed_queue_says_so_and_changes_nothing),
        PS_TEST(a_clock_that_is_set_back_stands_still),
    };

    return cmocka_run_group_tests_name("models/publish_subscribe", tests, NULL, NULL);
}
