/* Tests of models/pc_active: one consumer at a time, and how it is told from its predecessors. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/pc_fixture.h"

static void delivers_to_the_first_that_joined(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;

    fixture->config.has_single_active = true;
    pc_open(fixture);
    uint32_t first = model_pc_join(fixture->queue);
    uint32_t second = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    assert_int_equal(pc_receive(fixture, second, &lease), 0);
    assert_int_equal(pc_receive(fixture, first, &lease), 1);
    assert_true(model_pc_fence(fixture->queue, first) > 0);
    assert_int_equal(model_pc_fence(fixture->queue, second), 0);
}

static void is_followed_when_it_leaves(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    fixture->config.has_single_active = true;
    pc_open(fixture);
    uint32_t first = model_pc_join(fixture->queue);
    uint32_t second = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_receive(fixture, first, &lease);
    uint64_t fence = model_pc_fence(fixture->queue, first);
    assert_true(lease.generation > fence);
    pc_leave(fixture, first);
    assert_true(pc_notices(fixture, MODEL_READY) > 0);
    assert_true(model_pc_fence(fixture->queue, second) > lease.generation);
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACK_STALE);
    assert_int_equal(pc_receive(fixture, second, &lease), 1);
}

static void is_replaced_when_it_lets_a_lease_expire(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease leases[2];
    struct model_lease lease;

    fixture->config.has_single_active = true;
    pc_open(fixture);
    uint32_t first = model_pc_join(fixture->queue);
    uint32_t second = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_send(fixture, 2);
    pc_receive(fixture, first, &leases[0]);
    fixture->now = 50;
    pc_receive(fixture, first, &leases[1]);
    fixture->now = 101; /* only the first lease is due, but all of them end */
    pc_expire(fixture);
    assert_int_equal(pc_ack(fixture, &leases[0]), MODEL_ACK_STALE);
    assert_int_equal(pc_ack(fixture, &leases[1]), MODEL_ACK_STALE);
    assert_int_equal(pc_receive(fixture, first, &lease), 0);
    assert_int_equal(model_pc_fence(fixture->queue, first), 0);
    assert_int_equal(pc_receive(fixture, second, &lease), 1);
    pc_leave(fixture, second); /* 1 comes back, behind 2 */
    assert_int_equal(pc_receive(fixture, first, &lease), 2);
    assert_int_equal(pc_receive(fixture, first, &lease), 1);
}

static void keeps_its_place_where_nobody_could_follow(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;

    fixture->config.has_single_active = true;
    pc_open(fixture);
    uint32_t only = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_receive(fixture, only, &lease);
    uint64_t fence = model_pc_fence(fixture->queue, only);
    fixture->now = 101;
    pc_expire(fixture);
    assert_int_equal(model_pc_fence(fixture->queue, only), fence);
    assert_int_equal(pc_receive(fixture, only, &lease), 1);
}

static void goes_to_the_end_of_the_line(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease;
    uint64_t fence = 0;

    fixture->config.has_single_active = true;
    pc_open(fixture);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(model_pc_join(fixture->queue), i);
    }
    pc_send(fixture, 1);
    for (uint32_t turn = 0; turn < 9; turn++) {
        assert_true(model_pc_fence(fixture->queue, turn % 3) > fence);
        fence = model_pc_fence(fixture->queue, turn % 3);
        assert_int_equal(pc_receive(fixture, turn % 3, &lease), 1);
        fixture->now += fixture->config.lease;
        pc_expire(fixture);
    }
}

static void grows_its_token_across_recoveries_of_the_store(void **state)
{
    struct pc_fixture *fixture = *state;
    uint64_t fence = 0;

    fixture->config.has_single_active = true;
    pc_open(fixture);
    pc_send(fixture, 1);
    for (int life = 0; life < 5; life++) {
        uint64_t committed = fixture->store->count;
        uint32_t consumer = model_pc_join(fixture->queue);
        assert_true(life == 0 || model_pc_fence(fixture->queue, consumer) == 0);
        pc_commit_all(fixture);
        assert_true(model_pc_fence(fixture->queue, consumer) > fence);
        fence = model_pc_fence(fixture->queue, consumer);
        assert_true(pc_recover(fixture, committed));
    }
}

static void is_nobody_where_all_are_active(void **state)
{
    struct pc_fixture *fixture = *state;

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    assert_int_equal(model_pc_fence(fixture->queue, consumer), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PC_TEST(delivers_to_the_first_that_joined),
        PC_TEST(is_followed_when_it_leaves),
        PC_TEST(is_replaced_when_it_lets_a_lease_expire),
        PC_TEST(keeps_its_place_where_nobody_could_follow),
        PC_TEST(goes_to_the_end_of_the_line),
        PC_STORED_TEST(grows_its_token_across_recoveries_of_the_store),
        PC_TEST(is_nobody_where_all_are_active),
    };

    return cmocka_run_group_tests_name("models/pc_active", tests, NULL, NULL);
}
