/* Tests of viz/knob: what a parameter can be turned to. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "viz/knob.h"

enum { RATE, SHARE, FREE, STORE, PAUSE };

static const struct viz_topology topology = {
    .param_count = 5,
    .params = {
        [RATE] =
            {.name = "rate",
             .value = "800",
             .kind = VIZ_PARAM_NUMBER,
             .has_range = 1,
             .min = 10,
             .max = 20000},
        [SHARE] =
            {.name = "share",
             .value = "0.5",
             .kind = VIZ_PARAM_NUMBER,
             .has_range = 1,
             .min = 0,
             .max = 1},
        [FREE] = {.name = "free", .value = "100", .kind = VIZ_PARAM_NUMBER},
        [STORE] =
            {.name = "store",
             .value = "memory",
             .kind = VIZ_PARAM_CHOICE,
             .choice_count = 2,
             .choices = {"memory", "journal"}},
        [PAUSE] = {.name = "pause", .value = "5s", .kind = VIZ_PARAM_TEXT},
    }};

static void assert_value(const struct viz_knobs *knobs, uint32_t param, const char *value)
{
    assert_string_equal(viz_knob_value(knobs, &topology, param), value);
}

static void a_number_goes_in_steps_between_its_ends(void **state)
{
    struct viz_knobs knobs = {0};

    (void)state;
    assert_false(viz_knobs_are_changed(&knobs));
    assert_true(viz_knob_turn(&knobs, &topology, SHARE, true));
    assert_value(&knobs, SHARE, "0.55");
    assert_true(viz_knobs_are_changed(&knobs));
    for (int i = 0; i < 30; i++) {
        assert_true(viz_knob_turn(&knobs, &topology, SHARE, true));
    }
    assert_value(&knobs, SHARE, "1");
    for (int i = 0; i < 10; i++) {
        assert_true(viz_knob_turn(&knobs, &topology, SHARE, false));
    }
    assert_value(&knobs, SHARE, "0.5");
    assert_false(viz_knobs_are_changed(&knobs)); /* as it was */
}

static void a_long_way_goes_in_equal_ratios(void **state)
{
    struct viz_knobs knobs = {0};

    (void)state;
    viz_knob_put(&knobs, &topology, RATE, 0);
    assert_value(&knobs, RATE, "10");
    viz_knob_put(&knobs, &topology, RATE, 0.5);
    assert_value(&knobs, RATE, "447"); /* the root of 10 x 20000 */
    viz_knob_put(&knobs, &topology, RATE, 1);
    assert_value(&knobs, RATE, "20000");
    assert_true(viz_knob_place(&knobs, &topology, RATE) > 0.999);
    viz_knob_put(&knobs, &topology, RATE, 7);
    assert_value(&knobs, RATE, "20000");
}

static void a_number_without_ends_goes_by_a_quarter(void **state)
{
    struct viz_knobs knobs = {0};

    (void)state;
    assert_true(viz_knob_turn(&knobs, &topology, FREE, true));
    assert_value(&knobs, FREE, "125");
    assert_true(viz_knob_place(&knobs, &topology, FREE) < 0);
}

static void a_choice_goes_to_the_next_and_a_text_nowhere(void **state)
{
    struct viz_knobs knobs = {0};

    (void)state;
    assert_true(viz_knob_turn(&knobs, &topology, STORE, true));
    assert_value(&knobs, STORE, "journal");
    assert_true(viz_knob_turn(&knobs, &topology, STORE, true));
    assert_value(&knobs, STORE, "journal");
    assert_true(viz_knob_turn(&knobs, &topology, STORE, false));
    assert_value(&knobs, STORE, "memory");
    assert_false(viz_knob_turn(&knobs, &topology, PAUSE, true));
    assert_value(&knobs, PAUSE, "5s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_goes_in_steps_between_its_ends),
        cmocka_unit_test(a_long_way_goes_in_equal_ratios),
        cmocka_unit_test(a_number_without_ends_goes_by_a_quarter),
        cmocka_unit_test(a_choice_goes_to_the_next_and_a_text_nowhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
