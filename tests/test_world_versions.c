/* Tests of world/versions: the rows of a write. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/versions.h"

#define ROWS 10

static void a_write_makes_one_version_of_each_row_that_it_names(void **state)
{
    struct world_version rows[ROWS] = {{.number = 4}};
    struct world_versions versions = {.rows = rows, .count = ROWS};
    struct model_message write = {.key = 0, .kind = 3, .attributes = {7, 0, 7, 9}};

    (void)state;
    assert_true(world_versions_has_rows(&versions, &write));
    assert_int_equal(world_versions_commit(&versions, &write, 55), 5);
    for (uint64_t row = 0; row < ROWS; row++) {
        bool is_named = row == 0 || row == 7;
        assert_int_equal(world_version_of(&versions, row).since, is_named ? 55 : 0);
    }
    assert_int_equal(rows[7].number, 1);
}

static void rows_that_there_are_not_are_noticed_only_where_they_are_named(void **state)
{
    struct world_version rows[ROWS] = {{0}};
    struct world_versions versions = {.rows = rows, .count = ROWS};
    struct model_message write = {.key = 1, .kind = 1, .attributes = {2, ROWS}};

    (void)state;
    assert_true(world_versions_has_rows(&versions, &write));
    write.kind = 2;
    assert_false(world_versions_has_rows(&versions, &write));
    write.kind = MODEL_ATTRIBUTE_COUNT + 1;
    assert_false(world_versions_has_rows(&versions, &write));
    write = (struct model_message){.key = ROWS};
    assert_false(world_versions_has_rows(&versions, &write));
}

static void staleness_counts_from_the_newest_version(void **state)
{
    struct world_version newest = {.number = 3, .since = 40};

    (void)state;
    assert_int_equal(world_version_staleness(newest, 3, 100), 0);
    assert_int_equal(world_version_staleness(newest, 2, 100), 60);
    assert_int_equal(world_version_staleness(newest, 0, 100), 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_makes_one_version_of_each_row_that_it_names),
        cmocka_unit_test(rows_that_there_are_not_are_noticed_only_where_they_are_named),
        cmocka_unit_test(staleness_counts_from_the_newest_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
