/* Tests of cli/totals: each count is what its name says, and the sums that it belongs to hold. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli/totals.h"

/* Powers of two, so that each sum tells what was added. */
static const struct world_audit_totals totals = {
    .turned_away = 1,
    .refused = 2,
    .lost_unaccepted = 4,
    .unaccepted = 8,
    .accepted = 16 + 32 + 64 + 128 + 256,
    .arrived = 511,
    .settled = 16,
    .dropped = 32,
    .dead = 64,
    .lost = 128,
    .inside = 256,
    .repeated = 1024,
    .suppressed = 2048,
};

static void each_name_has_its_count(void **state)
{
    static const struct {
        const char *name;
        int64_t count;
    } expected[] = {
        {"sent", 511},
        {"delivered", 16},
        {"lost", 128},
        {"duplicated", 1024},
        {"dropped", 32},
        {"dead", 64},
        {"waiting", 8 + 256},
        {"accepted", 496},
        {"turned_away", 1},
        {"refused", 2},
        {"lost_before_acceptance", 4},
        {"waiting_unaccepted", 8},
        {"waiting_accepted", 256},
        {"suppressed", 2048},
    };
    int64_t counts[CLI_TOTAL_COUNT];

    (void)state;
    cli_totals_of(&totals, counts);
    assert_int_equal(sizeof(expected) / sizeof(*expected), CLI_TOTAL_NAMED_COUNT);
    for (uint32_t i = 0; i < CLI_TOTAL_NAMED_COUNT; i++) {
        assert_string_equal(cli_totals_name(i), expected[i].name);
        assert_int_equal(counts[i], expected[i].count);
    }
}

static void what_adds_up_leaves_nothing_unaccounted_for(void **state)
{
    int64_t counts[CLI_TOTAL_COUNT];

    (void)state;
    cli_totals_of(&totals, counts);
    assert_int_equal(counts[CLI_TOTAL_UNACCOUNTED_BEFORE], 0);
    assert_int_equal(counts[CLI_TOTAL_UNACCOUNTED_AFTER], 0);
}

static void a_hole_shows_on_the_side_where_it_is(void **state)
{
    struct world_audit_totals holed = totals;
    int64_t counts[CLI_TOTAL_COUNT];

    (void)state;
    holed.arrived += 3;
    holed.inside += 5;
    cli_totals_of(&holed, counts);
    assert_int_equal(counts[CLI_TOTAL_UNACCOUNTED_BEFORE], 3);
    assert_int_equal(counts[CLI_TOTAL_UNACCOUNTED_AFTER], -5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_name_has_its_count),
        cmocka_unit_test(what_adds_up_leaves_nothing_unaccounted_for),
        cmocka_unit_test(a_hole_shows_on_the_side_where_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
