/* Tests of world/assign: against every assignment there is, on small matrices. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cmocka.h>

#include "world/assign.h"

#include "tests/world_fixture.h"

#define INSTANCES 10000
#define SIDE_MAX  7

/* The best that rows from `row` on can do with the columns that are not taken. */
static int64_t brute_force(
    const int64_t *values, uint32_t row, uint32_t rows, uint32_t columns, uint32_t taken)
{
    if (row == rows) {
        return 0;
    }
    int64_t best = brute_force(values, row + 1, rows, columns, taken);
    for (uint32_t column = 0; column < columns; column++) {
        int64_t value = values[row * columns + column];
        if ((taken >> column & 1) == 0 && value != WORLD_ASSIGN_FORBIDDEN) {
            value += brute_force(values, row + 1, rows, columns, taken | UINT32_C(1) << column);
            best = MAX(best, value);
        }
    }
    return best;
}

/* Asserts that the assignment is one, and worth the sum. */
static void assert_assigns(
    const int64_t *values, uint32_t rows, uint32_t columns, const uint32_t *found, int64_t sum)
{
    uint32_t taken = 0;

    for (uint32_t row = 0; row < rows; row++) {
        if (found[row] == WORLD_ASSIGN_NOTHING) {
            continue;
        }
        assert_true(found[row] < columns);
        assert_int_equal(taken >> found[row] & 1, 0);
        taken |= UINT32_C(1) << found[row];
        int64_t value = values[row * columns + found[row]];
        assert_true(value != WORLD_ASSIGN_FORBIDDEN);
        sum -= value;
    }
    assert_int_equal(sum, 0);
}

static void finds_what_brute_force_finds(void **state)
{
    struct world_assign solver = {0};
    uint64_t seed = 1;
    int64_t values[SIDE_MAX * SIDE_MAX] = {0};
    uint32_t found[SIDE_MAX];
    uint32_t with_less = 0; /* instances in which a row does without */

    (void)state;
    for (int i = 0; i < INSTANCES; i++) {
        uint32_t rows = (uint32_t)fixture_random(&seed, SIDE_MAX + 1);
        uint32_t columns = (uint32_t)fixture_random(&seed, SIDE_MAX + 1);
        uint64_t range = fixture_random(&seed, 2) == 0 ? 4 : 1000; /* with ties, and without */
        for (uint32_t j = 0; j < rows * columns; j++) {
            bool is_forbidden = fixture_random(&seed, 5) == 0;
            values[j] = is_forbidden ? WORLD_ASSIGN_FORBIDDEN
                                     : (int64_t)fixture_random(&seed, range) - (int64_t)(range / 5);
        }
        int64_t sum = world_assign_solve(&solver, values, rows, columns, found);
        assert_int_equal(sum, brute_force(values, 0, rows, columns, 0));
        assert_assigns(values, rows, columns, found, sum);
        for (uint32_t row = 0; row < rows && row < columns; row++) {
            with_less += found[row] == WORLD_ASSIGN_NOTHING;
        }
    }
    assert_true(with_less > 1000);
    world_assign_finish(&solver);
}

/* Worth that hardly differs between rows makes everybody want the same columns: the ways are long.
 */
static void sums_of_large_matrices_are_what_their_structure_says(void **state)
{
    enum { SIDE = 300 };
    struct world_assign solver = {0};
    int64_t *values = sim_allocate((size_t)SIDE * SIDE, sizeof(*values));
    uint32_t found[SIDE];

    (void)state;
    for (uint32_t row = 0; row < SIDE; row++) {
        for (uint32_t column = 0; column < SIDE; column++) {
            values[row * SIDE + column] = (int64_t)(row + 1) * (column + 1);
        }
    }
    /* By the rearrangement inequality the largest meets the largest: 1 + 4 + 9 + ... */
    int64_t sum = world_assign_solve(&solver, values, SIDE, SIDE, found);
    assert_int_equal(sum, (int64_t)SIDE * (SIDE + 1) * (2 * SIDE + 1) / 6);
    for (uint32_t row = 0; row < SIDE; row++) {
        assert_int_equal(found[row], row);
    }
    free(values);
    world_assign_finish(&solver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_brute_force_finds),
        cmocka_unit_test(sums_of_large_matrices_are_what_their_structure_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
