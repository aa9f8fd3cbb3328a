/* Tests of models/pc_return: what comes back, and what does not come back any more. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/pc_fixture.h"

static uint64_t first_dead(struct pc_fixture *fixture)
{
    struct model_message message = {.id = 0};

    return model_pc_first_dead(fixture->queue, &message) ? message.id : 0;
}

static void remove_dead(struct pc_fixture *fixture)
{
    pc_word(fixture);
    model_pc_remove_dead(fixture->queue, fixture->now, &fixture->outbox);
    model_pc_check(fixture->queue);
}

/* Sends `id`, and lets it die of its first delivery. */
static void kill(struct pc_fixture *fixture, uint32_t consumer, uint64_t id)
{
    struct model_lease lease = {.slot = 0};

    pc_send(fixture, id);
    if (fixture->store != NULL) {
        pc_commit_all(fixture);
    }
    assert_int_equal(pc_receive(fixture, consumer, &lease), id);
    assert_int_equal(pc_nack(fixture, &lease), MODEL_ACKED);
    assert_true(pc_has_notice(fixture, MODEL_DEAD, id));
}

static void comes_back_after_the_delay_of_the_consumers_choice(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(
        model_pc_nack_after(fixture->queue, &lease, 500, fixture->now, &fixture->outbox),
        MODEL_ACKED);
    assert_int_equal(
        model_pc_nack_after(fixture->queue, &lease, 500, fixture->now, &fixture->outbox),
        MODEL_ACK_STALE);
    assert_int_equal(model_pc_next_deadline(fixture->queue), 501);
    fixture->now = 501;
    pc_expire(fixture);
    assert_int_equal(pc_receive(fixture, consumer, &lease), 1);
}

static void refuses_a_delay_below_0_and_changes_nothing(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    pc_send(fixture, 1);
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(
        model_pc_nack_after(fixture->queue, &lease, -1, fixture->now, &fixture->outbox),
        MODEL_ACK_BAD_DELAY);
    assert_int_equal(fixture->outbox.count, 0);
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED);
}

static void removes_no_dead_where_there_is_none(void **state)
{
    struct pc_fixture *fixture = *state;

    fixture->config.attempts_max = 1;
    fixture->config.keeps_dead = true;
    pc_open(fixture);
    assert_false(model_pc_remove_dead(fixture->queue, 1, &fixture->outbox));
    kill(fixture, model_pc_join(fixture->queue), 1);
    assert_true(model_pc_remove_dead(fixture->queue, 1, &fixture->outbox));
    assert_false(model_pc_remove_dead(fixture->queue, 1, &fixture->outbox));
    model_pc_check(fixture->queue);
}

static void keeps_no_dead_unless_it_is_asked_to(void **state)
{
    struct pc_fixture *fixture = *state;

    fixture->config.attempts_max = 1;
    pc_open(fixture);
    kill(fixture, model_pc_join(fixture->queue), 1);
    assert_int_equal(first_dead(fixture), 0);
    assert_int_equal(model_pc_counts_of(fixture->queue).dead, 1);
}

static void hands_out_the_dead_in_the_order_of_their_death(void **state)
{
    struct pc_fixture *fixture = *state;

    fixture->config.attempts_max = 1;
    fixture->config.keeps_dead = true;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    for (uint64_t id = 1; id <= 3; id++) {
        kill(fixture, consumer, id);
    }
    assert_int_equal(model_pc_depth(fixture->queue), 0);
    assert_int_equal(model_pc_counts_of(fixture->queue).dead_kept, 3);
    for (uint64_t id = 1; id <= 3; id++) {
        assert_int_equal(first_dead(fixture), id);
        assert_int_equal(first_dead(fixture), id);
        remove_dead(fixture);
    }
    assert_int_equal(first_dead(fixture), 0);
    assert_int_equal(model_pc_counts_of(fixture->queue).dead, 3);
}

static void gives_the_dead_that_it_keeps_their_room(void **state)
{
    struct pc_fixture *fixture = *state;

    fixture->config.attempts_max = 1;
    fixture->config.keeps_dead = true;
    fixture->config.capacity = 1;
    pc_open(fixture);
    kill(fixture, model_pc_join(fixture->queue), 1);
    assert_int_equal(pc_notices(fixture, MODEL_ROOM), 0);
    assert_int_equal(pc_send(fixture, 2), MODEL_SEND_FULL);
    remove_dead(fixture);
    assert_int_equal(pc_notices(fixture, MODEL_ROOM), 1);
    assert_int_equal(pc_send(fixture, 2), MODEL_SENT);
}

static void keeps_the_dead_in_the_store_until_they_are_removed(void **state)
{
    struct pc_fixture *fixture = *state;

    fixture->config.attempts_max = 1;
    fixture->config.keeps_dead = true;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    kill(fixture, consumer, 1);
    kill(fixture, consumer, 2);
    remove_dead(fixture);
    assert_true(pc_recover(fixture, fixture->store->count));
    assert_int_equal(model_pc_depth(fixture->queue), 0);
    assert_int_equal(model_pc_counts_of(fixture->queue).dead_kept, 1);
    assert_int_equal(first_dead(fixture), 2);
    remove_dead(fixture);
    assert_true(pc_recover(fixture, fixture->store->count));
    assert_int_equal(first_dead(fixture), 0);
}

static void understands_a_store_whose_dead_it_need_not_keep(void **state)
{
    struct pc_fixture *fixture = *state;

    fixture->config.attempts_max = 1;
    fixture->config.keeps_dead = true;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    kill(fixture, consumer, 1);
    kill(fixture, consumer, 2);
    remove_dead(fixture);
    fixture->config.keeps_dead = false;
    assert_true(pc_recover(fixture, fixture->store->count));
    assert_int_equal(first_dead(fixture), 0);
    assert_int_equal(model_pc_counts_of(fixture->queue).offered, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PC_TEST(comes_back_after_the_delay_of_the_consumers_choice),
        PC_TEST(refuses_a_delay_below_0_and_changes_nothing),
        PC_TEST(removes_no_dead_where_there_is_none),
        PC_TEST(keeps_no_dead_unless_it_is_asked_to),
        PC_TEST(hands_out_the_dead_in_the_order_of_their_death),
        PC_TEST(gives_the_dead_that_it_keeps_their_room),
        PC_STORED_TEST(keeps_the_dead_in_the_store_until_they_are_removed),
        PC_STORED_TEST(understands_a_store_whose_dead_it_need_not_keep),
    };

    return cmocka_run_group_tests_name("models/pc_return", tests, NULL, NULL);
}
