/* Tests of models/ps_store: what the store may forget, and what is written anew. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/ps_state.h"

#include "tests/ps_fixture.h"

/* Partition 1 is quiet: it has one old message, and a committed offset. Partition 0 is busy. */
static struct model_ps_member open_quiet_and_busy(struct ps_fixture *fixture)
{
    struct model_ps_where where;

    fixture->topic_config.partitions = 2;
    fixture->topic_config.capacity = 3;
    fixture->topic_config.when_full = MODEL_DROP_OLDEST;
    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    ps_publish_to(fixture, 1, 1);
    ps_publish_to(fixture, 1, 2);
    ps_commit_all(fixture);
    assert_int_equal(ps_poll(fixture, &member, &where), 1);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
    ps_commit_all(fixture);
    return member;
}

static void be_busy(struct ps_fixture *fixture, uint64_t count)
{
    for (uint64_t id = 1; id <= count; id++) {
        assert_int_equal(ps_publish_to(fixture, 0, 1000 + id), MODEL_PS_OK);
        ps_commit_all(fixture);
    }
}

static void a_store_is_released_as_messages_leave(void **state)
{
    struct ps_fixture *fixture = *state;

    fixture->topic_config.capacity = 10;
    fixture->topic_config.when_full = MODEL_DROP_OLDEST;
    ps_open(fixture);
    be_busy(fixture, 5000);
    /* The generation limit, at position 1, is what stays longest. */
    assert_int_equal(fixture->store->released, 0);
    be_busy(fixture, 65000);
    assert_true(fixture->store->released > 20000);
}

static void what_is_old_and_needed_is_written_anew(void **state)
{
    struct ps_fixture *fixture = *state;

    (void)open_quiet_and_busy(fixture);
    be_busy(fixture, 70000);
    assert_true(fixture->store->released > 20000);
    uint64_t released = fixture->store->released;
    be_busy(fixture, 70000);
    assert_true(fixture->store->released > released + 30000);
    assert_true(ps_recover(fixture, fixture->store->count));
    ps_commit_all(fixture);
    assert_int_equal(model_ps_committed_offset(fixture->queue, fixture->group, 1), 1);
    assert_int_equal(model_ps_lag(fixture->queue, fixture->group, 1), 1);
    struct model_ps_member member = ps_join(fixture);
    struct model_ps_where where = {.partition = 0};
    for (int i = 0; i < 4; i++) {
        uint64_t id = ps_poll(fixture, &member, &where);
        assert_true(id > 0 && (where.partition == 0 || id == 2));
    }
    assert_int_equal(ps_group_counts(fixture).held, 4);
}

/* Old records that stay until a newer one of the same is committed. */
static uint32_t kept_until_committed(const struct model_ps *queue)
{
    uint32_t count = 0;

    for (uint64_t i = 0; i < model_ps_promises_count(&queue->promises); i++) {
        const struct model_ps_promise *promise = model_ps_promises_at(&queue->promises, i);
        count += promise->kind == MODEL_PS_PROMISE_REWRITE ? 1 : 0;
    }
    return count;
}

/* Each prefix of the records that keeps all that had been released in the middle of a rewrite. */
static void a_crash_in_the_middle_of_a_rewrite_loses_nothing(void **state)
{
    struct ps_fixture *fixture = *state;

    (void)open_quiet_and_busy(fixture);
    while (fixture->queue->rewritten == 0) {
        ps_commit_all(fixture);
        (void)ps_publish_to(fixture, 0, 1000);
    }
    uint64_t end = fixture->queue->rewritten;
    assert_int_equal(kept_until_committed(fixture->queue), 3); /* two messages, and the end */
    for (uint64_t id = 1; id <= 4; id++) { /* retires what is visible, and commits nothing */
        (void)ps_publish_to(fixture, 0, id);
    }
    assert_int_equal(fixture->store->released, 0); /* what was written anew is not committed yet */
    for (uint64_t kept = end; kept + 8 > end; kept--) {
        assert_true(ps_recover(fixture, kept));
        assert_int_equal(model_ps_committed_offset(fixture->queue, fixture->group, 1), 1);
        assert_int_equal(model_ps_lag(fixture->queue, fixture->group, 1), 1);
        fixture->store->released = 0;
    }
}

static void a_partition_goes_on_counting_when_all_of_it_is_gone(void **state)
{
    struct ps_fixture *fixture = *state;

    fixture->topic_config.partitions = 2;
    fixture->topic_config.capacity = 3;
    fixture->topic_config.when_full = MODEL_DROP_OLDEST;
    fixture->topic_config.retain_age = 10;
    ps_open(fixture);
    ps_publish_to(fixture, 1, 1);
    ps_publish_to(fixture, 1, 2);
    ps_commit_all(fixture);
    fixture->now = 100;
    ps_expire(fixture);
    be_busy(fixture, 70000);
    assert_true(fixture->store->released > 20000);
    assert_true(ps_recover(fixture, fixture->store->count));
    ps_commit_all(fixture);
    struct model_ps_member member = ps_join(fixture);
    struct model_ps_where where = {.partition = 0};
    ps_publish_to(fixture, 1, 3);
    ps_commit_all(fixture);
    for (int i = 0; i < 4 && where.partition == 0; i++) {
        (void)ps_poll(fixture, &member, &where);
    }
    assert_int_equal(where.partition, 1);
    assert_int_equal(where.offset, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PS_STORED_TEST(a_store_is_released_as_messages_leave),
        PS_STORED_TEST(what_is_old_and_needed_is_written_anew),
        PS_STORED_TEST(a_crash_in_the_middle_of_a_rewrite_loses_nothing),
        PS_STORED_TEST(a_partition_goes_on_counting_when_all_of_it_is_gone),
    };

    return cmocka_run_group_tests_name("models/ps_store", tests, NULL, NULL);
}
