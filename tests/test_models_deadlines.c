/* Tests of models/deadlines: what is due first comes first. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/deadlines.h"
#include "sim/random.h"

#define COUNT 500

static void pops_by_time(void **state)
{
    struct model_deadlines deadlines;
    static const sim_time times[] = {30, 10, 20, SIM_NEVER, -5};
    static const uint32_t order[] = {4, 1, 2, 0, 3};

    (void)state;
    model_deadlines_init(&deadlines);
    for (uint32_t i = 0; i < 5; i++) {
        model_deadlines_insert(&deadlines, times[i], i);
        model_deadlines_check(&deadlines);
    }
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(model_deadlines_next(&deadlines), times[order[i]]);
        assert_int_equal(model_deadlines_pop(&deadlines), order[i]);
        model_deadlines_check(&deadlines);
    }
    model_deadlines_finish(&deadlines);
}

static void pops_one_instant_in_insertion_order(void **state)
{
    struct model_deadlines deadlines;

    (void)state;
    model_deadlines_init(&deadlines);
    for (uint32_t i = 0; i < COUNT; i++) {
        model_deadlines_insert(&deadlines, 7, i);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_int_equal(model_deadlines_pop(&deadlines), i);
    }
    model_deadlines_finish(&deadlines);
}

static void has_no_next_when_it_is_empty(void **state)
{
    struct model_deadlines deadlines;

    (void)state;
    model_deadlines_init(&deadlines);
    assert_int_equal(model_deadlines_next(&deadlines), SIM_NEVER);
    model_deadlines_insert(&deadlines, 1, 0);
    (void)model_deadlines_pop(&deadlines);
    assert_int_equal(model_deadlines_next(&deadlines), SIM_NEVER);
    model_deadlines_finish(&deadlines);
}

/* The twin: times by index, SIM_NEVER where there is none; the first of the least is due. */
static uint32_t naive_first(const sim_time *times, uint32_t count)
{
    uint32_t first = 0;

    for (uint32_t i = 1; i < count; i++) {
        first = times[i] < times[first] ? i : first;
    }
    return first;
}

static void agrees_with_a_naive_list(void **state)
{
    struct sim_stream stream = sim_stream_named(1, "deadlines");
    struct model_deadlines deadlines;
    sim_time times[COUNT] = {0};
    uint32_t inserted = 0;

    (void)state;
    model_deadlines_init(&deadlines);
    for (uint32_t step = 0; step < 2 * COUNT;) {
        if (inserted < COUNT && sim_stream_below(&stream, 3) > 0) {
            times[inserted] = (sim_time)sim_stream_below(&stream, 20);
            model_deadlines_insert(&deadlines, times[inserted], inserted);
            inserted++;
            step++;
        } else if (deadlines.count > 0) {
            uint32_t first = naive_first(times, inserted);
            assert_int_equal(model_deadlines_next(&deadlines), times[first]);
            assert_int_equal(model_deadlines_pop(&deadlines), first);
            times[first] = SIM_NEVER;
            step++;
        }
        model_deadlines_check(&deadlines);
    }
    model_deadlines_finish(&deadlines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pops_by_time),
        cmocka_unit_test(pops_one_instant_in_insertion_order),
        cmocka_unit_test(has_no_next_when_it_is_empty),
        cmocka_unit_test(agrees_with_a_naive_list),
    };

    return cmocka_run_group_tests_name("models/deadlines", tests, NULL, NULL);
}
