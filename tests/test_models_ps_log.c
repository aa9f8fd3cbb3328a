/* Tests of models/ps_log: places, offsets and segments. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "models/ps_log.h"

#define MANY (10 * (uint64_t)MODEL_PS_SEGMENT_LENGTH + 3)

struct fixture {
    struct model_ps_shelf shelf;
    struct model_ps_log log;
};

static int create(void **state)
{
    struct fixture *fixture = sim_allocate(1, sizeof(*fixture));

    model_ps_log_init(&fixture->log, &fixture->shelf);
    *state = fixture;
    return 0;
}

static int destroy(void **state)
{
    struct fixture *fixture = *state;

    model_ps_log_finish(&fixture->log);
    model_ps_shelf_finish(&fixture->shelf);
    free(fixture);
    return 0;
}

static void push(struct model_ps_log *log, uint64_t offset, sim_time time)
{
    struct model_ps_entry *entry = model_ps_log_push(log);

    *entry = (struct model_ps_entry){.offset = offset, .position = offset + 100, .time = time};
    log->offset_end = offset + 1 > log->offset_end ? offset + 1 : log->offset_end;
}

static void push_many(struct model_ps_log *log, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        push(log, i, (sim_time)(10 * i));
    }
}

static void keeps_everything_in_order(void **state)
{
    struct model_ps_log *log = &((struct fixture *)*state)->log;

    push_many(log, MANY);
    model_ps_log_check(log);
    assert_int_equal(model_ps_log_count(log), MANY);
    for (uint64_t i = 0; i < MANY; i++) {
        assert_int_equal(model_ps_log_at(log, i)->offset, i);
    }
}

static void holds_no_more_segments_than_it_needs(void **state)
{
    struct fixture *fixture = *state;
    struct model_ps_log *log = &fixture->log;

    push_many(log, MANY);
    assert_int_equal(fixture->shelf.made, 11);
    for (uint64_t first = 0; first <= MANY; first++) {
        model_ps_log_trim(log, first);
        model_ps_log_check(log);
    }
    assert_int_equal(model_ps_log_count(log), 0);
    for (uint64_t i = 0; i < MANY; i++) {
        push(log, MANY + i, 0);
        model_ps_log_trim(log, MANY + i);
    }
    model_ps_log_check(log);
    assert_int_equal(fixture->shelf.made, 11); /* those that were given back */
}

static void a_million_messages_take_a_tenth_of_a_gibibyte(void **state)
{
    struct fixture *fixture = *state;
    const uint64_t count = 1000000;

    push_many(&fixture->log, count);
    uint64_t bytes = fixture->shelf.made * sizeof(struct model_ps_segment) +
                     (fixture->log.mask + 1) * sizeof(struct model_ps_segment *);
    assert_true(bytes <= (UINT64_C(1) << 30) / 10);
    assert_true(bytes >= count * sizeof(struct model_message));
}

static void truncates_at_every_place(void **state)
{
    struct model_ps_log *log = &((struct fixture *)*state)->log;

    push_many(log, MANY);
    model_ps_log_trim(log, 5);
    for (uint64_t end = MANY; end >= 5; end--) {
        model_ps_log_truncate(log, end);
        model_ps_log_check(log);
    }
    assert_int_equal(model_ps_log_count(log), 0);
    push(log, MANY, 0);
    model_ps_log_check(log);
    assert_int_equal(model_ps_log_at(log, 5)->offset, MANY);
}

static void finds_an_offset_without_gaps(void **state)
{
    struct model_ps_log *log = &((struct fixture *)*state)->log;

    push_many(log, MANY);
    model_ps_log_trim(log, 300);
    assert_int_equal(model_ps_log_find(log, 0), 300);
    assert_int_equal(model_ps_log_find(log, 300), 300);
    assert_int_equal(model_ps_log_find(log, 777), 777);
    assert_int_equal(model_ps_log_find(log, MANY - 1), MANY - 1);
    assert_int_equal(model_ps_log_find(log, MANY), MANY);
    assert_int_equal(model_ps_log_find(log, UINT64_MAX), MANY);
}

static void finds_an_offset_among_gaps(void **state)
{
    struct model_ps_log *log = &((struct fixture *)*state)->log;

    for (uint64_t i = 0; i < 1000; i++) {
        push(log, 3 * i + 7, (sim_time)i);
    }
    for (uint64_t i = 0; i < 1000; i++) {
        assert_int_equal(model_ps_log_find(log, 3 * i + 5), i);
        assert_int_equal(model_ps_log_find(log, 3 * i + 7), i);
        assert_int_equal(model_ps_log_find(log, 3 * i + 8), i + 1);
        assert_int_equal(model_ps_log_offset_of(log, i), 3 * i + 7);
    }
    assert_int_equal(model_ps_log_offset_of(log, 1000), 3 * 999 + 8);
}

static void finds_the_first_message_of_a_time(void **state)
{
    struct model_ps_log *log = &((struct fixture *)*state)->log;

    assert_int_equal(model_ps_log_find_time(log, 0), 0);
    push(log, 0, 10);
    push(log, 1, 20);
    push(log, 2, 20);
    push(log, 3, 30);
    assert_int_equal(model_ps_log_find_time(log, -5), 0);
    assert_int_equal(model_ps_log_find_time(log, 10), 0);
    assert_int_equal(model_ps_log_find_time(log, 11), 1);
    assert_int_equal(model_ps_log_find_time(log, 20), 1);
    assert_int_equal(model_ps_log_find_time(log, 21), 3);
    assert_int_equal(model_ps_log_find_time(log, 31), 4);
}

static void add_position(void *context, const struct model_ps_entry *entry)
{
    *(uint64_t *)context += entry->position;
}

static void sorts_by_offset_and_keeps_the_latest_of_each(void **state)
{
    struct model_ps_log *log = &((struct fixture *)*state)->log;
    uint64_t dropped = 0;

    push(log, 4, 0); /* at position 104 */
    push(log, 9, 0);
    push(log, 2, 0);
    push(log, 4, 0);
    model_ps_log_at(log, 3)->position = 500;
    model_ps_log_sort(log, add_position, &dropped);
    assert_int_equal(dropped, 104);
    assert_int_equal(model_ps_log_count(log), 3);
    assert_int_equal(model_ps_log_at(log, 0)->offset, 2);
    assert_int_equal(model_ps_log_at(log, 1)->offset, 4);
    assert_int_equal(model_ps_log_at(log, 1)->position, 500);
    assert_int_equal(model_ps_log_at(log, 2)->offset, 9);
}

#define LOG_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOG_TEST(keeps_everything_in_order),
        LOG_TEST(holds_no_more_segments_than_it_needs),
        LOG_TEST(a_million_messages_take_a_tenth_of_a_gibibyte),
        LOG_TEST(truncates_at_every_place),
        LOG_TEST(finds_an_offset_without_gaps),
        LOG_TEST(finds_an_offset_among_gaps),
        LOG_TEST(finds_the_first_message_of_a_time),
        LOG_TEST(sorts_by_offset_and_keeps_the_latest_of_each),
    };

    return cmocka_run_group_tests_name("models/ps_log", tests, NULL, NULL);
}
