/* Tests of models/pc_recover: what a queue is after a crash. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/pc_fixture.h"

static void recovers_what_was_waiting_in_order(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;

    pc_open(fixture);
    for (uint64_t id = 1; id <= 10; id++) {
        pc_send(fixture, id);
    }
    assert_true(pc_recover(fixture, 10));
    assert_int_equal(model_pc_counts_of(fixture->queue).offered, 10);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_commit_all(fixture);
    for (uint64_t id = 1; id <= 10; id++) {
        assert_int_equal(pc_receive(fixture, consumer, &lease), id);
    }
}

static void forgets_what_was_acked(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_send(fixture, 2);
    pc_commit_all(fixture);
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
    assert_true(pc_recover(fixture, fixture->store->count));
    assert_int_equal(model_pc_depth(fixture->queue), 1);
    consumer = model_pc_join(fixture->queue);
    pc_commit_all(fixture);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 2);
}

static void delivers_again_what_was_leased_and_counts_its_attempts(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;
    struct model_delivery delivery;

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_commit_all(fixture);
    pc_receive(fixture, consumer, &lease);
    assert_true(pc_recover(fixture, fixture->store->count));
    consumer = model_pc_join(fixture->queue);
    pc_commit_all(fixture);
    assert_true(pc_has_notice(fixture, MODEL_READY, 0));
    assert_int_equal(
        model_pc_receive(fixture->queue, consumer, 2, &delivery, &fixture->outbox), MODEL_RECEIVED);
    assert_int_equal(delivery.message.id, 1);
    assert_int_equal(delivery.message.attempt, 2);
    assert_int_equal(model_pc_counts_of(fixture->queue).redelivered, 1);
}

static void buries_what_died_with_the_crash(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;

    fixture->config.attempts_max = 1;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_send(fixture, 2);
    pc_commit_all(fixture);
    pc_receive(fixture, consumer, &lease);
    assert_true(pc_recover(fixture, fixture->store->count));
    assert_true(pc_has_notice(fixture, MODEL_DEAD, 1));
    assert_int_equal(model_pc_depth(fixture->queue), 1);
    assert_true(pc_recover(fixture, fixture->store->count));
    assert_int_equal(pc_notices(fixture, MODEL_DEAD), 0);
    assert_int_equal(model_pc_depth(fixture->queue), 1);
}

static void recovers_from_nothing(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;

    pc_open(fixture);
    assert_true(pc_recover(fixture, 0));
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_commit_all(fixture);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 1);
}

static void delivers_nothing_before_its_generations_are_committed(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;

    pc_open(fixture);
    pc_send(fixture, 1);
    assert_true(pc_recover(fixture, 1));
    assert_int_equal(pc_notices(fixture, MODEL_READY), 0);
    assert_int_equal(pc_notices(fixture, MODEL_STORE), 1);
    uint32_t consumer = model_pc_join(fixture->queue);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 0);
    pc_commit_all(fixture);
    assert_int_equal(pc_notices(fixture, MODEL_READY), 1);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 1);
}

/* The records of the deliveries are lost in each crash; the time stands still. */
static void never_repeats_a_generation_of_an_earlier_life(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};
    uint64_t last = 0;

    pc_open(fixture);
    pc_send(fixture, 1);
    pc_commit_all(fixture);
    for (int life = 0; life < 10; life++) {
        uint32_t consumer = model_pc_join(fixture->queue);
        uint64_t committed = fixture->store->count;
        pc_commit_all(fixture);
        for (int i = 0; i < 5; i++) {
            assert_int_equal(pc_receive(fixture, consumer, &lease), 1);
            assert_true(lease.generation > last);
            last = lease.generation;
            assert_int_equal(pc_nack(fixture, &lease), MODEL_ACKED);
        }
        assert_true(pc_recover(fixture, committed));
        assert_int_equal(pc_ack(fixture, &lease), MODEL_ACK_STALE);
    }
}

/* Everything but the send is lost in each crash: a store that promises too much. */
static void repeats_no_generation_even_with_a_weak_store_while_time_goes_on(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};
    uint64_t last = 0;

    pc_open(fixture);
    pc_send(fixture, 1);
    for (int life = 0; life < 10; life++) {
        uint32_t consumer = model_pc_join(fixture->queue);
        pc_commit_all(fixture);
        for (int i = 0; i < 5; i++) {
            assert_int_equal(pc_receive(fixture, consumer, &lease), 1);
            assert_true(lease.generation > last);
            last = lease.generation;
            assert_int_equal(pc_nack(fixture, &lease), MODEL_ACKED);
        }
        fixture->now += INT64_C(1) << 42;
        assert_true(pc_recover(fixture, 1));
    }
}

static void understands_records_about_messages_long_gone(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_send(fixture, 2);
    pc_commit_all(fixture);
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
    fixture->store->released = 1; /* the send of 1 is gone; its lease and ack are not */
    assert_true(pc_recover(fixture, fixture->store->count));
    assert_int_equal(model_pc_depth(fixture->queue), 1);
}

static void refuses_what_makes_no_sense(void **state)
{
    struct pc_fixture *fixture = *state;
    uint8_t record[FAKE_RECORD_SIZE];

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    struct model_lease lease = {.slot = 0};
    pc_send(fixture, 1);
    pc_commit_all(fixture);
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
    const struct fake_record *records = fixture->store->records; /* send, lease, ack */

    model_pc *queue = model_pc_create(&fixture->config, &fixture->store->store);
    assert_false(model_pc_replay(queue, 1, "nonsense", 8));
    assert_false(model_pc_replay(queue, 1, records[0].bytes, records[0].size - 1));
    assert_true(model_pc_replay(queue, 1, records[0].bytes, records[0].size));
    assert_false(model_pc_replay(queue, 1, records[0].bytes, records[0].size)); /* again */
    memcpy(record, records[2].bytes, records[2].size);
    record[8] = 9; /* an ack of a send that never was */
    assert_false(model_pc_replay(queue, 2, record, records[2].size));
    assert_true(model_pc_replay(queue, 3, records[2].bytes, records[2].size));
    assert_false(model_pc_replay(queue, 4, records[2].bytes, records[2].size)); /* acked twice */
    model_pc_recovered(queue, 1, &fixture->outbox);
    assert_int_equal(model_pc_depth(queue), 0);
    model_pc_check(queue);
    model_pc_destroy(queue);
}

static void can_be_thrown_away_in_the_middle_of_a_recovery(void **state)
{
    struct pc_fixture *fixture = *state;

    pc_open(fixture);
    pc_send(fixture, 1);
    model_pc *queue = model_pc_create(&fixture->config, &fixture->store->store);
    assert_true(model_pc_replay(
        queue, 1, fixture->store->records[0].bytes, fixture->store->records[0].size));
    model_pc_destroy(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PC_STORED_TEST(recovers_what_was_waiting_in_order),
        PC_STORED_TEST(forgets_what_was_acked),
        PC_STORED_TEST(delivers_again_what_was_leased_and_counts_its_attempts),
        PC_STORED_TEST(buries_what_died_with_the_crash),
        PC_STORED_TEST(recovers_from_nothing),
        PC_STORED_TEST(delivers_nothing_before_its_generations_are_committed),
        PC_STORED_TEST(never_repeats_a_generation_of_an_earlier_life),
        PC_STORED_TEST(repeats_no_generation_even_with_a_weak_store_while_time_goes_on),
        PC_STORED_TEST(understands_records_about_messages_long_gone),
        PC_STORED_TEST(refuses_what_makes_no_sense),
        PC_STORED_TEST(can_be_thrown_away_in_the_middle_of_a_recovery),
    };

    return cmocka_run_group_tests_name("models/pc_recover", tests, NULL, NULL);
}
