/* Tests of models/horizon: the lowest needed position, to within a stretch. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/horizon.h"
#include "sim/random.h"

#define COUNT 200000

static void needs_nothing_when_it_is_empty(void **state)
{
    struct model_horizon horizon;

    (void)state;
    model_horizon_init(&horizon);
    assert_true(model_horizon_lowest(&horizon) == UINT64_MAX);
    model_horizon_add(&horizon, 5000);
    model_horizon_remove(&horizon, 5000);
    assert_true(model_horizon_lowest(&horizon) == UINT64_MAX);
    model_horizon_finish(&horizon);
}

static void is_held_back_by_the_lowest(void **state)
{
    struct model_horizon horizon;

    (void)state;
    model_horizon_init(&horizon);
    for (uint64_t position = 1; position <= COUNT; position++) {
        model_horizon_add(&horizon, position);
    }
    for (uint64_t position = 2; position <= COUNT; position++) {
        model_horizon_remove(&horizon, position);
    }
    model_horizon_check(&horizon);
    assert_int_equal(model_horizon_lowest(&horizon), 0);
    model_horizon_add(&horizon, COUNT + 1);
    model_horizon_remove(&horizon, 1);
    assert_in_range(model_horizon_lowest(&horizon), COUNT + 1 - MODEL_HORIZON_STRETCH, COUNT + 1);
    model_horizon_finish(&horizon);
}

static void passes_over_a_long_gap(void **state)
{
    struct model_horizon horizon;
    const uint64_t far = UINT64_C(1) << 33;

    (void)state;
    model_horizon_init(&horizon);
    model_horizon_add(&horizon, 1);
    model_horizon_add(&horizon, UINT64_C(100) * MODEL_HORIZON_STRETCH);
    model_horizon_remove(&horizon, 1);
    assert_int_equal(model_horizon_lowest(&horizon), UINT64_C(100) * MODEL_HORIZON_STRETCH);
    model_horizon_remove(&horizon, UINT64_C(100) * MODEL_HORIZON_STRETCH);
    model_horizon_add(&horizon, far);
    assert_int_equal(model_horizon_lowest(&horizon), far);
    model_horizon_check(&horizon);
    model_horizon_finish(&horizon);
}

static void is_never_above_the_lowest_nor_a_stretch_below(void **state)
{
    static bool needed[COUNT + 1];
    struct sim_stream stream = sim_stream_named(2, "horizon");
    struct model_horizon horizon;
    uint64_t lowest = 1;

    (void)state;
    model_horizon_init(&horizon);
    for (uint64_t position = 1; position <= COUNT; position++) {
        model_horizon_add(&horizon, position);
        needed[position] = true;
        uint64_t victim = 1 + sim_stream_below(&stream, position);
        if (needed[victim] && victim != position) {
            model_horizon_remove(&horizon, victim);
            needed[victim] = false;
        }
        if (position % 3 == 0 && needed[lowest] && lowest < position) {
            model_horizon_remove(&horizon, lowest);
            needed[lowest] = false;
        }
        while (!needed[lowest]) {
            lowest++;
        }
        assert_true(model_horizon_lowest(&horizon) <= lowest);
        assert_true(model_horizon_lowest(&horizon) + MODEL_HORIZON_STRETCH > lowest);
    }
    model_horizon_check(&horizon);
    model_horizon_finish(&horizon);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(needs_nothing_when_it_is_empty),
        cmocka_unit_test(is_held_back_by_the_lowest),
        cmocka_unit_test(passes_over_a_long_gap),
        cmocka_unit_test(is_never_above_the_lowest_nor_a_stretch_below),
    };

    return cmocka_run_group_tests_name("models/horizon", tests, NULL, NULL);
}
