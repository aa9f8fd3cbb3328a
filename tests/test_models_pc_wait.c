/* Tests of models/pc_wait: priorities, delays and lives. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/pc_fixture.h"

static void delivers_the_highest_priority_first(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;
    static const uint8_t priorities[] = {0, 3, 7, 3, 0, 7};
    static const uint64_t order[] = {3, 6, 2, 4, 1, 5};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    for (uint64_t i = 0; i < 6; i++) {
        pc_send_with(fixture, i + 1, &(struct model_send_options){.priority = priorities[i]});
    }
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(pc_receive(fixture, consumer, &lease), order[i]);
    }
}

static void prefers_priority_to_having_been_given_back(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_send(fixture, 2);
    pc_receive(fixture, consumer, &lease);
    pc_send_with(fixture, 3, &(struct model_send_options){.priority = 1});
    assert_int_equal(pc_nack(fixture, &lease), MODEL_ACKED);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 3);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 1);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 2);
}

static void drops_the_oldest_of_the_lowest_priority(void **state)
{
    struct pc_fixture *fixture = *state;

    fixture->config.capacity = 3;
    fixture->config.when_full = MODEL_DROP_OLDEST;
    pc_open(fixture);
    pc_send_with(fixture, 1, &(struct model_send_options){.priority = 5});
    pc_send(fixture, 2);
    pc_send(fixture, 3);
    pc_send(fixture, 4);
    assert_true(pc_has_notice(fixture, MODEL_DROPPED, 2));
    pc_send(fixture, 5);
    assert_true(pc_has_notice(fixture, MODEL_DROPPED, 3));
}

static void holds_a_delayed_message_until_it_is_due(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send_with(fixture, 1, &(struct model_send_options){.delay = 50});
    assert_true(pc_has_notice(fixture, MODEL_SEND_CONFIRMED, 1));
    assert_int_equal(pc_notices(fixture, MODEL_READY), 0);
    assert_int_equal(model_pc_counts_of(fixture->queue).delayed, 1);
    pc_send(fixture, 2);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 2);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 0);
    assert_int_equal(model_pc_next_deadline(fixture->queue), 51);
    fixture->now = 51;
    pc_expire(fixture);
    assert_int_equal(pc_notices(fixture, MODEL_READY), 1);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 1);
}

static void counts_the_delay_from_the_send_not_from_the_commit(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send_with(fixture, 1, &(struct model_send_options){.delay = 50});
    pc_send_with(fixture, 2, &(struct model_send_options){.delay = 80});
    fixture->now = 60;
    pc_expire(fixture);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 0);
    pc_commit_all(fixture);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 1);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 0);
    assert_int_equal(model_pc_next_deadline(fixture->queue), 81);
    fixture->now = 81;
    pc_expire(fixture);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 2);
}

static void expires_what_has_waited_too_long(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;

    fixture->config.time_to_live = 40;
    fixture->config.capacity = 3;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_send_with(fixture, 2, &(struct model_send_options){.time_to_live = 10});
    pc_send_with(fixture, 3, &(struct model_send_options){.delay = 30, .time_to_live = 20});
    assert_int_equal(model_pc_next_deadline(fixture->queue), 11);
    fixture->now = 11;
    pc_expire(fixture);
    assert_true(pc_has_notice(fixture, MODEL_DROPPED, 2));
    assert_int_equal(pc_notices(fixture, MODEL_ROOM), 1);
    fixture->now = 21;
    pc_expire(fixture);
    assert_true(pc_has_notice(fixture, MODEL_DROPPED, 3));
    assert_int_equal(model_pc_counts_of(fixture->queue).expired, 2);
    fixture->now = 40;
    pc_expire(fixture);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 1);
}

static void does_not_expire_what_a_consumer_holds(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    fixture->config.time_to_live = 40;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_receive(fixture, consumer, &lease);
    fixture->now = 60;
    pc_expire(fixture);
    assert_int_equal(pc_notices(fixture, MODEL_DROPPED), 0);
    assert_int_equal(pc_nack(fixture, &lease), MODEL_ACKED);
    assert_int_equal(model_pc_next_deadline(fixture->queue), 41);
    pc_expire(fixture);
    assert_true(pc_has_notice(fixture, MODEL_DROPPED, 1));
    assert_int_equal(model_pc_depth(fixture->queue), 0);
}

static void remembers_priority_delay_and_life_across_a_crash_of_the_store(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;

    pc_open(fixture);
    pc_send(fixture, 1);
    pc_send_with(fixture, 2, &(struct model_send_options){.priority = 2});
    pc_send_with(fixture, 3, &(struct model_send_options){.delay = 100});
    pc_send_with(fixture, 4, &(struct model_send_options){.delay = 200});
    pc_send_with(fixture, 5, &(struct model_send_options){.time_to_live = 120});
    fixture->now = 110;
    assert_true(pc_recover(fixture, fixture->store->count));
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_commit_all(fixture);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 2);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 1);
    fixture->now = 121;
    pc_expire(fixture);
    assert_true(pc_has_notice(fixture, MODEL_DROPPED, 5));
    assert_int_equal(pc_receive(fixture, consumer, &lease), 3);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 0);
    fixture->now = 201;
    pc_expire(fixture);
    assert_true(pc_receive(fixture, consumer, &lease) != 0);
}

static void forgets_the_expired_in_the_store_too(void **state)
{
    struct pc_fixture *fixture = *state;

    fixture->config.time_to_live = 10;
    pc_open(fixture);
    pc_send(fixture, 1);
    pc_commit_all(fixture);
    fixture->now = 11;
    pc_expire(fixture);
    assert_int_equal(pc_notices(fixture, MODEL_STORE), 1);
    assert_true(pc_recover(fixture, fixture->store->count));
    assert_int_equal(model_pc_depth(fixture->queue), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PC_TEST(delivers_the_highest_priority_first),
        PC_TEST(prefers_priority_to_having_been_given_back),
        PC_TEST(drops_the_oldest_of_the_lowest_priority),
        PC_TEST(holds_a_delayed_message_until_it_is_due),
        PC_STORED_TEST(counts_the_delay_from_the_send_not_from_the_commit),
        PC_TEST(expires_what_has_waited_too_long),
        PC_TEST(does_not_expire_what_a_consumer_holds),
        PC_STORED_TEST(remembers_priority_delay_and_life_across_a_crash_of_the_store),
        PC_STORED_TEST(forgets_the_expired_in_the_store_too),
    };

    return cmocka_run_group_tests_name("models/pc_wait", tests, NULL, NULL);
}
