/* Tests of models/producer_consumer: what its users see. Its parts have tests of their own. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/pc_fixture.h"

static void delivers_in_the_order_of_sending(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    for (uint64_t id = 1; id <= 100; id++) {
        assert_int_equal(pc_send(fixture, id), MODEL_SENT);
    }
    for (uint64_t id = 1; id <= 100; id++) {
        assert_int_equal(pc_receive(fixture, consumer, &lease), id);
    }
    assert_int_equal(pc_receive(fixture, consumer, &lease), 0);
}

static void hands_each_message_to_one_consumer(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;

    pc_open(fixture);
    uint32_t one = model_pc_join(fixture->queue);
    uint32_t other = model_pc_join(fixture->queue);
    assert_int_not_equal(one, other);
    pc_send(fixture, 1);
    pc_send(fixture, 2);
    assert_int_equal(pc_receive(fixture, one, &lease), 1);
    assert_int_equal(pc_receive(fixture, other, &lease), 2);
    assert_int_equal(pc_receive(fixture, one, &lease), 0);
}

static void carries_every_field_of_a_message(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_delivery delivery;
    const struct model_message message = {
        .id = model_message_id(3, 9),
        .key = UINT64_MAX,
        .born = -5,
        .value = INT64_MIN,
        .size = UINT32_MAX,
        .attempt = 77, /* the queue counts its own */
        .kind = 200,
        .truth = 1,
        .attributes = {1, 2, 3, 4, 5},
    };

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    model_pc_send(fixture->queue, &message, 1, &fixture->outbox);
    assert_int_equal(
        model_pc_receive(fixture->queue, consumer, 1, &delivery, &fixture->outbox), MODEL_RECEIVED);
    assert_int_equal(delivery.message.attempt, 1);
    delivery.message.attempt = 77;
    assert_memory_equal(&delivery.message, &message, sizeof(message));
}

static void confirms_at_once_in_memory(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 5);
    assert_true(pc_has_notice(fixture, MODEL_SEND_CONFIRMED, 5));
    assert_int_equal(pc_notices(fixture, MODEL_STORE), 0);
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
    assert_true(pc_has_notice(fixture, MODEL_ACK_CONFIRMED, 5));
    assert_int_equal(model_pc_depth(fixture->queue), 0);
}

static void shows_a_message_only_when_its_send_is_committed(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 5);
    assert_int_equal(pc_notices(fixture, MODEL_STORE), 1);
    assert_int_equal(pc_notices(fixture, MODEL_SEND_CONFIRMED), 0);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 0);
    pc_send(fixture, 6);
    pc_commit(fixture, 1);
    assert_true(pc_has_notice(fixture, MODEL_SEND_CONFIRMED, 5));
    assert_true(pc_has_notice(fixture, MODEL_READY, 0));
    assert_false(pc_has_notice(fixture, MODEL_SEND_CONFIRMED, 6));
    assert_int_equal(pc_receive(fixture, consumer, &lease), 5);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 0);
}

static void confirms_an_ack_only_when_it_is_committed(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 5);
    pc_commit_all(fixture);
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
    assert_int_equal(pc_notices(fixture, MODEL_ACK_CONFIRMED), 0);
    assert_int_equal(pc_notices(fixture, MODEL_STORE), 1);
    assert_int_equal(model_pc_depth(fixture->queue), 0);
    pc_commit_all(fixture);
    assert_true(pc_has_notice(fixture, MODEL_ACK_CONFIRMED, 5));
    pc_commit_all(fixture);
    assert_int_equal(fixture->outbox.count, 0);
}

static void confirms_many_acks_in_their_order(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    for (uint64_t id = 1; id <= 300; id++) {
        pc_send(fixture, id);
    }
    pc_commit_all(fixture);
    for (uint64_t id = 1; id <= 300; id++) {
        pc_receive(fixture, consumer, &lease);
        assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
    }
    pc_commit_all(fixture);
    assert_int_equal(fixture->outbox.count, 300);
    for (uint32_t i = 0; i < 300; i++) {
        assert_int_equal(fixture->outbox.notices[i].kind, MODEL_ACK_CONFIRMED);
        assert_int_equal(fixture->outbox.notices[i].id, i + 1);
    }
}

/* ---- full ---- */

static void blocks_when_full_and_tells_when_there_is_room(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    fixture->config.capacity = 2;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_send(fixture, 2);
    assert_int_equal(pc_send(fixture, 3), MODEL_SEND_FULL);
    assert_int_equal(model_pc_counts_of(fixture->queue).offered, 2);
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(pc_send(fixture, 3), MODEL_SEND_FULL); /* a leased one is still inside */
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
    assert_int_equal(pc_notices(fixture, MODEL_ROOM), 1);
    assert_int_equal(pc_send(fixture, 3), MODEL_SENT);
}

static void rejects_when_full(void **state)
{
    struct pc_fixture *fixture = *state;

    fixture->config.capacity = 1;
    fixture->config.when_full = MODEL_REJECT;
    pc_open(fixture);
    pc_send(fixture, 1);
    assert_int_equal(pc_send(fixture, 2), MODEL_SEND_REFUSED);
    assert_int_equal(model_pc_counts_of(fixture->queue).refused, 1);
    assert_int_equal(model_pc_counts_of(fixture->queue).offered, 2);
}

static void drops_the_oldest_waiting_when_full(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;

    fixture->config.capacity = 3;
    fixture->config.when_full = MODEL_DROP_OLDEST;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    for (uint64_t id = 1; id <= 3; id++) {
        pc_send(fixture, id);
    }
    assert_int_equal(pc_receive(fixture, consumer, &lease), 1);
    assert_int_equal(pc_send(fixture, 4), MODEL_SENT);
    assert_true(pc_has_notice(fixture, MODEL_DROPPED, 2)); /* 1 is in a consumer's hands */
    assert_int_equal(pc_notices(fixture, MODEL_ROOM), 0);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 3);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 4);
}

static void drops_the_offered_one_when_none_waits(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    fixture->config.capacity = 1;
    fixture->config.when_full = MODEL_DROP_OLDEST;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(pc_send(fixture, 2), MODEL_SEND_DROPPED);
    assert_true(pc_has_notice(fixture, MODEL_DROPPED, 2));
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
}

static void drops_the_newest_when_full(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;

    fixture->config.capacity = 1;
    fixture->config.when_full = MODEL_DROP_NEWEST;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    assert_int_equal(pc_send(fixture, 2), MODEL_SEND_DROPPED);
    assert_true(pc_has_notice(fixture, MODEL_DROPPED, 2));
    assert_int_equal(pc_notices(fixture, MODEL_SEND_CONFIRMED), 0);
    assert_int_equal(model_pc_counts_of(fixture->queue).dropped, 1);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 1);
}

/* ---- redelivery ---- */

static void delivers_again_at_once_after_a_nack_without_backoff(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(pc_nack(fixture, &lease), MODEL_ACKED);
    assert_true(pc_has_notice(fixture, MODEL_REDELIVERED, 1));
    assert_true(pc_has_notice(fixture, MODEL_READY, 0));
    assert_int_equal(pc_receive(fixture, consumer, &lease), 1);
    assert_int_equal(model_pc_counts_of(fixture->queue).delivered, 2);
    assert_int_equal(model_pc_counts_of(fixture->queue).redelivered, 1);
}

static void doubles_the_backoff_up_to_its_limit(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};
    static const sim_time delays[] = {10, 20, 40, 50, 50};

    fixture->config.backoff_first = 10;
    fixture->config.backoff_max = 50;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
        assert_int_equal(pc_receive(fixture, consumer, &lease), 1);
        assert_int_equal(pc_nack(fixture, &lease), MODEL_ACKED);
        assert_int_equal(model_pc_next_deadline(fixture->queue), fixture->now + delays[i]);
        fixture->now += delays[i] - 1;
        pc_expire(fixture);
        assert_int_equal(pc_receive(fixture, consumer, &lease), 0);
        fixture->now++;
        pc_expire(fixture);
        assert_true(pc_has_notice(fixture, MODEL_READY, 0));
    }
}

static void is_dead_after_its_last_attempt(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    fixture->config.attempts_max = 2;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(pc_nack(fixture, &lease), MODEL_ACKED);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 1);
    fixture->now += fixture->config.lease;
    pc_expire(fixture);
    assert_true(pc_has_notice(fixture, MODEL_DEAD, 1));
    assert_int_equal(model_pc_depth(fixture->queue), 0);
    assert_int_equal(model_pc_counts_of(fixture->queue).dead, 1);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 0);
}

static void keeps_its_time_when_the_clock_is_set_back(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    fixture->now = 1000;
    pc_send(fixture, 1);
    pc_send(fixture, 2);
    pc_receive(fixture, consumer, &lease);
    fixture->now = 10;
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(model_pc_next_deadline(fixture->queue), 1100);
}

static void starts_anew_where_it_was_empty_for_long(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    for (uint64_t id = 1; id <= 10000; id++) {
        pc_send(fixture, id);
        assert_true(pc_has_notice(fixture, MODEL_READY, 0));
        assert_int_equal(pc_receive(fixture, consumer, &lease), id);
        assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
    }
    assert_int_equal(model_pc_counts_of(fixture->queue).acked, 10000);
    assert_int_equal(model_pc_next_deadline(fixture->queue), SIM_NEVER);
}

static void refuses_a_send_that_can_not_be_and_changes_nothing(void **state)
{
    struct pc_fixture *fixture = *state;
    const struct model_send_options bad[] = {
        {.priority = MODEL_PC_PRIORITIES},
        {.delay = -1},
        {.time_to_live = -1},
    };

    pc_open(fixture);
    struct model_pc_counts before = model_pc_counts_of(fixture->queue);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        assert_int_equal(pc_send_with(fixture, 1, &bad[i]), MODEL_SEND_BAD_OPTIONS);
        assert_int_equal(fixture->outbox.count, 0);
    }
    struct model_pc_counts after = model_pc_counts_of(fixture->queue);
    assert_memory_equal(&before, &after, sizeof(before));
}

static void gives_nothing_to_a_consumer_that_has_left(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_delivery delivery;

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    assert_true(model_pc_leave(fixture->queue, consumer, 1, &fixture->outbox));
    model_outbox_clear(&fixture->outbox);
    assert_false(model_pc_leave(fixture->queue, consumer, 1, &fixture->outbox));
    assert_int_equal(
        model_pc_receive(fixture->queue, consumer, 1, &delivery, &fixture->outbox),
        MODEL_RECEIVE_NO_MEMBER);
    assert_int_equal(
        model_pc_receive(fixture->queue, MODEL_PC_NOBODY, 1, &delivery, &fixture->outbox),
        MODEL_RECEIVE_NO_MEMBER);
    assert_int_equal(fixture->outbox.count, 0);
    assert_int_equal(model_pc_counts_of(fixture->queue).waiting, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PC_TEST(delivers_in_the_order_of_sending),
        PC_TEST(hands_each_message_to_one_consumer),
        PC_TEST(carries_every_field_of_a_message),
        PC_TEST(confirms_at_once_in_memory),
        PC_STORED_TEST(shows_a_message_only_when_its_send_is_committed),
        PC_STORED_TEST(confirms_an_ack_only_when_it_is_committed),
        PC_STORED_TEST(confirms_many_acks_in_their_order),
        PC_TEST(blocks_when_full_and_tells_when_there_is_room),
        PC_TEST(rejects_when_full),
        PC_TEST(drops_the_oldest_waiting_when_full),
        PC_TEST(drops_the_offered_one_when_none_waits),
        PC_TEST(drops_the_newest_when_full),
        PC_TEST(delivers_again_at_once_after_a_nack_without_backoff),
        PC_TEST(doubles_the_backoff_up_to_its_limit),
        PC_TEST(is_dead_after_its_last_attempt),
        PC_TEST(keeps_its_time_when_the_clock_is_set_back),
        PC_TEST(starts_anew_where_it_was_empty_for_long),
        PC_TEST(refuses_a_send_that_can_not_be_and_changes_nothing),
        PC_TEST(gives_nothing_to_a_consumer_that_has_left),
    };

    return cmocka_run_group_tests_name("models/producer_consumer", tests, NULL, NULL);
}
