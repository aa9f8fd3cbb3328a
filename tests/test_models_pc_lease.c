/* Tests of models/pc_lease: who holds what, and for how long. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/pc_fixture.h"

static void ends_a_lease_at_its_deadline(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    assert_int_equal(model_pc_next_deadline(fixture->queue), SIM_NEVER);
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(model_pc_next_deadline(fixture->queue), 101);
    fixture->now = 100;
    pc_expire(fixture);
    assert_int_equal(pc_notices(fixture, MODEL_REDELIVERED), 0);
    fixture->now = 101;
    pc_expire(fixture);
    assert_true(pc_has_notice(fixture, MODEL_REDELIVERED, 1));
    assert_true(pc_has_notice(fixture, MODEL_READY, 0));
    assert_int_equal(pc_receive(fixture, consumer, &lease), 1);
}

static void ends_all_that_are_due_and_no_other(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    for (uint64_t id = 1; id <= 10; id++) {
        pc_send(fixture, id);
        pc_receive(fixture, consumer, &lease);
        fixture->now += 10;
    }
    fixture->now = 151; /* the deadlines are 101, 111, ... 191 */
    pc_expire(fixture);
    assert_int_equal(pc_notices(fixture, MODEL_REDELIVERED), 6);
    assert_int_equal(pc_notices(fixture, MODEL_READY), 1);
    assert_int_equal(model_pc_next_deadline(fixture->queue), 161);
    for (uint64_t id = 1; id <= 6; id++) {
        assert_int_equal(pc_receive(fixture, consumer, &lease), id);
    }
}

static void refuses_an_ack_after_the_lease_has_ended(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease first = {.slot = 0};
    struct model_lease second = {.slot = 0};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_receive(fixture, consumer, &first);
    fixture->now += fixture->config.lease;
    pc_expire(fixture);
    assert_int_equal(pc_ack(fixture, &first), MODEL_ACK_STALE);
    pc_receive(fixture, consumer, &second);
    assert_int_equal(pc_ack(fixture, &first), MODEL_ACK_STALE);
    assert_int_equal(pc_nack(fixture, &first), MODEL_ACK_STALE);
    assert_int_equal(fixture->outbox.count, 0);
    assert_int_equal(pc_ack(fixture, &second), MODEL_ACKED);
}

static void tells_a_second_ack_from_a_stale_one(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_send(fixture, 2);
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACK_REPEATED);
    assert_int_equal(pc_nack(fixture, &lease), MODEL_ACK_REPEATED);
    assert_int_equal(fixture->outbox.count, 0);
    assert_int_equal(model_pc_counts_of(fixture->queue).acked, 1);
}

static void knows_a_second_ack_for_so_many_deliveries_more(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease first = {.slot = 0};
    struct model_lease lease = {.slot = 0};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    for (uint64_t id = 1; id <= MODEL_PC_ACKS_KNOWN + 1; id++) {
        pc_send(fixture, id);
        pc_receive(fixture, consumer, &lease);
        first = id == 1 ? lease : first;
        assert_int_equal(pc_ack(fixture, &first), id == 1 ? MODEL_ACKED : MODEL_ACK_REPEATED);
        assert_int_equal(pc_ack(fixture, &lease), id == 1 ? MODEL_ACK_REPEATED : MODEL_ACKED);
    }
    assert_int_equal(pc_ack(fixture, &first), MODEL_ACK_STALE);
}

static void refuses_a_lease_that_never_was(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.generation = 1, .slot = 77, .consumer = 0};

    pc_open(fixture);
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACK_STALE);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_receive(fixture, consumer, &lease);
    struct model_lease forged = lease;
    forged.consumer++;
    assert_int_equal(pc_ack(fixture, &forged), MODEL_ACK_STALE);
    forged = lease;
    forged.generation++;
    assert_int_equal(pc_ack(fixture, &forged), MODEL_ACK_STALE);
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
}

static void accepts_an_ack_past_the_deadline_until_it_expires(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_receive(fixture, consumer, &lease);
    fixture->now += 1000;
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
}

static void never_gives_one_generation_twice(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};
    uint64_t last = 0;

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    for (int i = 0; i < 100; i++) {
        pc_receive(fixture, consumer, &lease);
        assert_true(lease.generation > last);
        last = lease.generation;
        assert_int_equal(pc_nack(fixture, &lease), MODEL_ACKED);
    }
}

static void holds_no_more_than_the_prefetch(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};
    struct model_lease other_lease;

    fixture->config.prefetch = 2;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    uint32_t other = model_pc_join(fixture->queue);
    for (uint64_t id = 1; id <= 5; id++) {
        pc_send(fixture, id);
    }
    pc_receive(fixture, consumer, &lease);
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 0);
    assert_int_equal(pc_receive(fixture, other, &other_lease), 3);
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 4);
}

static void gives_back_at_once_what_a_leaver_held(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;
    struct model_lease kept = {.slot = 0};

    fixture->config.backoff_first = 1000;
    fixture->config.backoff_max = 1000;
    pc_open(fixture);
    uint32_t leaver = model_pc_join(fixture->queue);
    uint32_t stayer = model_pc_join(fixture->queue);
    for (uint64_t id = 1; id <= 4; id++) {
        pc_send(fixture, id);
    }
    pc_receive(fixture, leaver, &lease);
    pc_receive(fixture, stayer, &kept);
    pc_receive(fixture, leaver, &lease);
    pc_leave(fixture, leaver);
    assert_true(pc_has_notice(fixture, MODEL_REDELIVERED, 1));
    assert_true(pc_has_notice(fixture, MODEL_REDELIVERED, 3));
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACK_STALE);
    assert_int_equal(pc_ack(fixture, &kept), MODEL_ACKED);
    assert_int_equal(pc_receive(fixture, stayer, &lease), 1);
    assert_int_equal(pc_receive(fixture, stayer, &lease), 3);
    assert_int_equal(pc_receive(fixture, stayer, &lease), 4);
}

static void gives_a_leavers_number_to_the_next(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;

    pc_open(fixture);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(model_pc_join(fixture->queue), i);
    }
    pc_send(fixture, 1);
    pc_receive(fixture, 4, &lease);
    pc_leave(fixture, 4);
    pc_leave(fixture, 9);
    assert_int_equal(model_pc_join(fixture->queue), 4);
    assert_int_equal(model_pc_join(fixture->queue), 9);
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACK_STALE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PC_TEST(ends_a_lease_at_its_deadline),
        PC_TEST(ends_all_that_are_due_and_no_other),
        PC_TEST(refuses_an_ack_after_the_lease_has_ended),
        PC_TEST(tells_a_second_ack_from_a_stale_one),
        PC_TEST(knows_a_second_ack_for_so_many_deliveries_more),
        PC_TEST(refuses_a_lease_that_never_was),
        PC_TEST(accepts_an_ack_past_the_deadline_until_it_expires),
        PC_TEST(never_gives_one_generation_twice),
        PC_TEST(holds_no_more_than_the_prefetch),
        PC_TEST(gives_back_at_once_what_a_leaver_held),
        PC_TEST(gives_a_leavers_number_to_the_next),
    };

    return cmocka_run_group_tests_name("models/pc_lease", tests, NULL, NULL);
}
