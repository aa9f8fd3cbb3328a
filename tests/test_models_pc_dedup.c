/* Tests of models/pc_dedup: a send that is repeated within the window is taken once. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/pc_fixture.h"

static void takes_a_repeated_send_once(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    fixture->config.dedup_count = 10;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    assert_int_equal(pc_send(fixture, 1), MODEL_SENT);
    assert_true(pc_has_notice(fixture, MODEL_SEND_CONFIRMED, 1));
    assert_int_equal(model_pc_counts_of(fixture->queue).deduplicated, 1);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 1);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 0);
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
    assert_int_equal(pc_send(fixture, 1), MODEL_SENT); /* it left, and is remembered */
    assert_int_equal(pc_receive(fixture, consumer, &lease), 0);
}

static void forgets_when_the_window_is_over(void **state)
{
    struct pc_fixture *fixture = *state;

    fixture->config.dedup_count = 10;
    fixture->config.dedup_window = 50;
    pc_open(fixture);
    pc_send(fixture, 1);
    fixture->now = 50;
    pc_send(fixture, 1);
    assert_int_equal(model_pc_depth(fixture->queue), 1);
    fixture->now = 51;
    pc_send(fixture, 1);
    assert_int_equal(model_pc_depth(fixture->queue), 2);
}

static void forgets_the_oldest_when_there_are_too_many(void **state)
{
    struct pc_fixture *fixture = *state;

    fixture->config.dedup_count = 3;
    pc_open(fixture);
    for (uint64_t id = 1; id <= 4; id++) {
        pc_send(fixture, id);
    }
    pc_send(fixture, 2);
    assert_int_equal(model_pc_depth(fixture->queue), 4);
    pc_send(fixture, 1);
    assert_int_equal(model_pc_depth(fixture->queue), 5);
}

static void takes_a_repeated_send_even_when_full(void **state)
{
    struct pc_fixture *fixture = *state;

    fixture->config.dedup_count = 3;
    fixture->config.capacity = 1;
    pc_open(fixture);
    pc_send(fixture, 1);
    assert_int_equal(pc_send(fixture, 2), MODEL_SEND_FULL);
    assert_int_equal(pc_send(fixture, 1), MODEL_SENT);
    assert_int_equal(model_pc_depth(fixture->queue), 1);
}

static void does_not_remember_what_it_did_not_take(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    fixture->config.dedup_count = 3;
    fixture->config.capacity = 1;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    assert_int_equal(pc_send(fixture, 2), MODEL_SEND_FULL);
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
    pc_send(fixture, 2);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 2);
}

/* A repeated send is confirmed when all that were sent before it are. */
static void confirms_a_repeated_send_in_its_turn_once_it_is_stored(void **state)
{
    struct pc_fixture *fixture = *state;
    static const uint64_t order[] = {1, 2, 1, 3, 2};

    fixture->config.dedup_count = 10;
    pc_open(fixture);
    for (size_t i = 0; i < 5; i++) {
        pc_send(fixture, order[i]);
        assert_int_equal(pc_notices(fixture, MODEL_SEND_CONFIRMED), 0);
    }
    pc_commit(fixture, 2);
    assert_int_equal(pc_notices(fixture, MODEL_SEND_CONFIRMED), 3);
    pc_commit(fixture, 3);
    assert_int_equal(pc_notices(fixture, MODEL_SEND_CONFIRMED), 2);
    assert_true(pc_has_notice(fixture, MODEL_SEND_CONFIRMED, 3));
    assert_true(pc_has_notice(fixture, MODEL_SEND_CONFIRMED, 2));
}

static void remembers_what_the_store_remembers(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    fixture->config.dedup_count = 10;
    fixture->config.dedup_window = 1000;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_send(fixture, 2);
    pc_commit_all(fixture);
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
    assert_true(pc_recover(fixture, fixture->store->count));
    pc_commit_all(fixture);
    pc_send(fixture, 1); /* acked before the crash */
    pc_send(fixture, 2);
    assert_int_equal(model_pc_depth(fixture->queue), 1);
    assert_int_equal(model_pc_counts_of(fixture->queue).deduplicated, 2);
    fixture->now += 1000;
    pc_send(fixture, 1);
    assert_int_equal(model_pc_depth(fixture->queue), 2);
}

static void lets_the_store_forget_after_the_window(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    fixture->config.dedup_count = 10000;
    fixture->config.dedup_window = 1000;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    for (uint64_t id = 1; id <= 3000; id++) {
        pc_send(fixture, id);
        pc_commit_all(fixture);
        pc_receive(fixture, consumer, &lease);
        assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
    }
    assert_int_equal(fixture->store->released, 0);
    fixture->now += 1000;
    pc_expire(fixture);
    assert_int_equal(fixture->store->released, fixture->store->count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PC_TEST(takes_a_repeated_send_once),
        PC_TEST(forgets_when_the_window_is_over),
        PC_TEST(forgets_the_oldest_when_there_are_too_many),
        PC_TEST(takes_a_repeated_send_even_when_full),
        PC_TEST(does_not_remember_what_it_did_not_take),
        PC_STORED_TEST(confirms_a_repeated_send_in_its_turn_once_it_is_stored),
        PC_STORED_TEST(remembers_what_the_store_remembers),
        PC_STORED_TEST(lets_the_store_forget_after_the_window),
    };

    return cmocka_run_group_tests_name("models/pc_dedup", tests, NULL, NULL);
}
