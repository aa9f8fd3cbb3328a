/* Tests of models/deadlines: what is due first comes first. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/deadlines.h"
#include "sim/random.h"

#define COUNT 500

/* The index of the first, which there is. */
static uint32_t pop(struct model_deadlines *deadlines)
{
    uint32_t index = UINT32_MAX;

    assert_true(model_deadlines_pop(deadlines, SIM_NEVER, &index));
    model_deadlines_check(deadlines);
    return index;
}

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
        assert_int_equal(pop(&deadlines), order[i]);
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
        assert_int_equal(pop(&deadlines), i);
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
    assert_int_equal(pop(&deadlines), 0);
    assert_int_equal(model_deadlines_next(&deadlines), SIM_NEVER);
    model_deadlines_finish(&deadlines);
}

static void pops_nothing_that_is_not_due(void **state)
{
    struct model_deadlines deadlines;
    uint32_t index = 77;

    (void)state;
    model_deadlines_init(&deadlines);
    assert_false(model_deadlines_pop(&deadlines, SIM_NEVER, &index));
    model_deadlines_insert(&deadlines, 10, 3);
    assert_false(model_deadlines_pop(&deadlines, 9, &index));
    assert_int_equal(index, 77);
    assert_true(model_deadlines_pop(&deadlines, 10, &index));
    assert_int_equal(index, 3);
    model_deadlines_finish(&deadlines);
}

static void knows_what_is_there(void **state)
{
    struct model_deadlines deadlines;

    (void)state;
    model_deadlines_init(&deadlines);
    assert_false(model_deadlines_has(&deadlines, 1000000));
    model_deadlines_insert(&deadlines, 10, 1000);
    assert_true(model_deadlines_has(&deadlines, 1000));
    assert_false(model_deadlines_has(&deadlines, 999));
    model_deadlines_remove(&deadlines, 1000);
    assert_false(model_deadlines_has(&deadlines, 1000));
    model_deadlines_check(&deadlines);
    model_deadlines_finish(&deadlines);
}

/* The twin: times by index, SIM_NEVER where there is none; of equal times the first inserted is the
 * first. */
struct naive {
    sim_time times[COUNT];
    uint32_t orders[COUNT];
    uint32_t count;
};

static uint32_t naive_first(const struct naive *naive)
{
    uint32_t first = 0;

    for (uint32_t i = 1; i < COUNT; i++) {
        bool is_earlier = naive->times[i] < naive->times[first];
        bool is_tied = naive->times[i] == naive->times[first];
        first = is_earlier || (is_tied && naive->orders[i] < naive->orders[first]) ? i : first;
    }
    return first;
}

static void agrees_with_a_naive_list(void **state)
{
    struct sim_stream stream = sim_stream_named(1, "deadlines");
    struct model_deadlines deadlines;
    struct naive naive = {.count = 0};

    (void)state;
    model_deadlines_init(&deadlines);
    for (uint32_t i = 0; i < COUNT; i++) {
        naive.times[i] = SIM_NEVER;
    }
    for (uint32_t step = 0; step < 10000; step++) {
        uint32_t index = (uint32_t)sim_stream_below(&stream, COUNT);
        bool is_there = naive.times[index] != SIM_NEVER;
        assert_int_equal(model_deadlines_has(&deadlines, index), is_there);
        if (!is_there) {
            naive.times[index] = (sim_time)sim_stream_below(&stream, 50);
            naive.orders[index] = step;
            naive.count++;
            model_deadlines_insert(&deadlines, naive.times[index], index);
        } else if (sim_stream_below(&stream, 2) == 0) {
            naive.times[index] = SIM_NEVER;
            naive.count--;
            model_deadlines_remove(&deadlines, index);
        }
        if (naive.count > 0 && sim_stream_below(&stream, 3) == 0) {
            uint32_t first = naive_first(&naive);
            assert_int_equal(model_deadlines_next(&deadlines), naive.times[first]);
            assert_int_equal(pop(&deadlines), first);
            naive.times[first] = SIM_NEVER;
            naive.count--;
        }
        assert_int_equal(deadlines.count, naive.count);
    }
    model_deadlines_check(&deadlines);
    model_deadlines_finish(&deadlines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pops_by_time),
        cmocka_unit_test(pops_one_instant_in_insertion_order),
        cmocka_unit_test(has_no_next_when_it_is_empty),
        cmocka_unit_test(pops_nothing_that_is_not_due),
        cmocka_unit_test(knows_what_is_there),
        cmocka_unit_test(agrees_with_a_naive_list),
    };

    return cmocka_run_group_tests_name("models/deadlines", tests, NULL, NULL);
}
