/* Tests of models/pc_slot: in what order messages wait, and what a store may forget. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/horizon.h"

#include "tests/pc_fixture.h"

static void puts_those_given_back_before_the_fresh_ones(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease leases[3];
    struct model_lease lease;
    static const uint64_t order[] = {2, 1, 3, 4, 5};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    for (uint64_t id = 1; id <= 5; id++) {
        pc_send(fixture, id);
    }
    for (int i = 0; i < 3; i++) {
        pc_receive(fixture, consumer, &leases[i]);
    }
    assert_int_equal(pc_nack(fixture, &leases[1]), MODEL_ACKED);
    assert_int_equal(pc_nack(fixture, &leases[0]), MODEL_ACKED);
    assert_int_equal(pc_nack(fixture, &leases[2]), MODEL_ACKED);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(pc_receive(fixture, consumer, &lease), order[i]);
    }
}

static void is_ready_only_where_nothing_waited_before(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    assert_int_equal(pc_notices(fixture, MODEL_READY), 1);
    pc_send(fixture, 2);
    assert_int_equal(pc_notices(fixture, MODEL_READY), 0);
    pc_receive(fixture, consumer, &lease);
    pc_send(fixture, 3);
    assert_int_equal(pc_notices(fixture, MODEL_READY), 0);
    pc_receive(fixture, consumer, &lease);
    pc_receive(fixture, consumer, &lease);
    pc_send(fixture, 4);
    assert_int_equal(pc_notices(fixture, MODEL_READY), 1);
}

static void has_room_only_where_it_was_full(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease one = {.slot = 0};
    struct model_lease two = {.slot = 0};

    fixture->config.capacity = 2;
    fixture->config.attempts_max = 1;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_send(fixture, 2);
    pc_receive(fixture, consumer, &one);
    pc_receive(fixture, consumer, &two);
    assert_int_equal(pc_nack(fixture, &one), MODEL_ACKED); /* dead, so it leaves */
    assert_int_equal(pc_notices(fixture, MODEL_ROOM), 1);
    assert_int_equal(pc_ack(fixture, &two), MODEL_ACKED);
    assert_int_equal(pc_notices(fixture, MODEL_ROOM), 0);
}

static void lets_the_store_forget_what_was_acked(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    fixture->config.capacity = 5000;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    for (uint64_t id = 1; id <= 5000; id++) {
        pc_send(fixture, id);
    }
    pc_commit_all(fixture);
    for (uint64_t id = 1; id < 5000; id++) {
        pc_receive(fixture, consumer, &lease);
        assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
        assert_true(fixture->store->released <= id);
        assert_true(fixture->store->released + MODEL_HORIZON_STRETCH >= id);
    }
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
    assert_int_equal(fixture->store->released, fixture->store->count);
}

static void lets_the_store_forget_nothing_that_an_old_message_needs(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease old;
    struct model_lease lease = {.slot = 0};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_commit_all(fixture);
    pc_receive(fixture, consumer, &old);
    for (uint64_t id = 2; id <= 5000; id++) {
        pc_send(fixture, id);
        pc_commit_all(fixture);
        pc_receive(fixture, consumer, &lease);
        assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
    }
    assert_int_equal(fixture->store->released, 0);
    assert_int_equal(pc_ack(fixture, &old), MODEL_ACKED);
    assert_int_equal(fixture->store->released, fixture->store->count);
}

static void send_many(struct pc_fixture *fixture, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        struct model_message message = {.id = i};
        model_pc_send(fixture->queue, &message, 1, &fixture->outbox);
    }
}

static void ack_many(struct pc_fixture *fixture, uint32_t consumer, uint64_t count)
{
    struct model_delivery delivery;

    for (uint64_t i = 0; i < count; i++) {
        assert_int_equal(
            model_pc_receive(fixture->queue, consumer, 1, &delivery, &fixture->outbox),
            MODEL_RECEIVED);
        assert_int_equal(
            model_pc_ack(fixture->queue, &delivery.lease, 1, &fixture->outbox), MODEL_ACKED);
    }
}

static void is_not_held_back_by_its_own_limit_after_a_recovery(void **state)
{
    struct pc_fixture *fixture = *state;

    pc_open(fixture);
    assert_true(pc_recover(fixture, 0));
    pc_commit_all(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    for (int i = 0; i < 1000; i++) {
        send_many(fixture, 100);
        model_pc_committed(fixture->queue, fixture->store->count, 1, &fixture->outbox);
        ack_many(fixture, consumer, 100); /* these are committed a hundred at a time */
        model_outbox_clear(&fixture->outbox);
    }
    model_pc_check(fixture->queue);
    assert_true(fixture->store->released > fixture->store->count / 2);
    assert_true(pc_recover(fixture, fixture->store->count));
    assert_int_equal(model_pc_depth(fixture->queue), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PC_TEST(puts_those_given_back_before_the_fresh_ones),
        PC_TEST(is_ready_only_where_nothing_waited_before),
        PC_TEST(has_room_only_where_it_was_full),
        PC_STORED_TEST(lets_the_store_forget_what_was_acked),
        PC_STORED_TEST(lets_the_store_forget_nothing_that_an_old_message_needs),
        PC_STORED_TEST(is_not_held_back_by_its_own_limit_after_a_recovery),
    };

    return cmocka_run_group_tests_name("models/pc_slot", tests, NULL, NULL);
}
