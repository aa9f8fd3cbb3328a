/* Tests of models/ps_cursor: which list a cursor is in, and what moving it counts. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/ps_state.h"

#include "tests/ps_fixture.h"

static struct model_ps_cursor *cursor_of(const struct ps_fixture *fixture)
{
    return model_ps_cursor_at(fixture->queue, fixture->group, 0);
}

static void is_in_the_list_that_its_place_wants(void **state)
{
    struct ps_fixture *fixture = *state;

    ps_open(fixture);
    const struct model_ps_cursor *cursor = cursor_of(fixture);
    assert_int_equal(cursor->list, MODEL_PS_CAUGHT_UP);
    ps_publish(fixture, 1);
    assert_int_equal(cursor->list, MODEL_PS_NOWHERE); /* nobody owns the partition */
    struct model_ps_member member = ps_join(fixture);
    assert_int_equal(cursor->list, MODEL_PS_READY);
    assert_ptr_equal(fixture->queue->members[cursor->owner].ready.first, cursor);
    (void)ps_poll(fixture, &member, NULL);
    assert_int_equal(cursor->list, MODEL_PS_CAUGHT_UP);
    assert_ptr_equal(fixture->queue->partitions[0]->caught_up.first, cursor);
    assert_int_equal(ps_leave(fixture, &member), MODEL_PS_OK);
    assert_int_equal(cursor->list, MODEL_PS_NOWHERE);
}

static void wakes_all_that_had_caught_up_in_their_order(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_member members[3];

    ps_open(fixture);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(
            model_ps_subscribe(fixture->queue, fixture->topic, MODEL_PS_LATEST, 1, &members[i]),
            MODEL_PS_OK);
    }
    ps_publish(fixture, 1);
    assert_null(fixture->queue->partitions[0]->caught_up.first);
    assert_int_equal(ps_notices(fixture, MODEL_READY), 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(fixture->outbox.notices[1 + i].id, members[i].group);
    }
}

static void a_move_counts_what_lies_between(void **state)
{
    struct ps_fixture *fixture = *state;

    ps_open(fixture);
    for (uint64_t id = 1; id <= 10; id++) {
        ps_publish(fixture, id);
    }
    struct model_ps_cursor *cursor = cursor_of(fixture);
    model_ps_move(fixture->queue, cursor, 7);
    assert_int_equal(cursor->done, 7);
    model_ps_check(fixture->queue);
    model_ps_move(fixture->queue, cursor, 2);
    assert_int_equal(cursor->done, 2);
    model_ps_check(fixture->queue);
}

static void a_rewind_gives_back_what_was_held_and_no_more(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps_where where;

    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    for (uint64_t id = 1; id <= 5; id++) {
        ps_publish(fixture, id);
    }
    (void)ps_poll(fixture, &member, &where);
    (void)ps_poll(fixture, &member, NULL);
    (void)ps_poll(fixture, &member, NULL);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
    ps_word(fixture);
    model_ps_rewind(fixture->queue, cursor_of(fixture), &fixture->outbox);
    assert_int_equal(fixture->outbox.count, 2);
    assert_true(ps_has_notice(fixture, MODEL_REDELIVERED, 2));
    assert_true(ps_has_notice(fixture, MODEL_REDELIVERED, 3));
    assert_int_equal(ps_group_counts(fixture).ahead, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PS_TEST(is_in_the_list_that_its_place_wants),
        PS_TEST(wakes_all_that_had_caught_up_in_their_order),
        PS_TEST(a_move_counts_what_lies_between),
        PS_TEST(a_rewind_gives_back_what_was_held_and_no_more),
    };

    return cmocka_run_group_tests_name("models/ps_cursor", tests, NULL, NULL);
}
