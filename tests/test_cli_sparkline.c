/* Tests of cli/sparkline: how high each column is drawn. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/sparkline.h"

/* In ASCII the levels are _ . : - = + * # */
static void assert_drawn(struct cli_sparkline line, const char *expected)
{
    g_autoptr(GString) out = g_string_new(NULL);

    line.is_ascii = true;
    cli_sparkline_append(out, &line);
    assert_string_equal(out->str, expected);
}

static void the_maximum_is_full_and_only_nothing_is_empty(void **state)
{
    static const double values[] = {0, 1, 350, 700};

    (void)state;
    assert_drawn((struct cli_sparkline){.values = values, .count = 4, .columns = 4}, "_.=#");
}

static void a_column_without_a_value_is_a_space(void **state)
{
    static const double values[] = {1, (double)NAN, 1};

    (void)state;
    assert_drawn((struct cli_sparkline){.values = values, .count = 3, .columns = 3}, "# #");
}

static void values_that_share_a_column_are_averaged_or_peak(void **state)
{
    static const double values[] = {0, 8, 8, 8, (double)NAN, 4};
    struct cli_sparkline line = {.values = values, .count = 6, .columns = 3};

    (void)state;
    line.merge = CLI_SPARKLINE_MEAN;
    assert_drawn(line, "=#=");
    line.merge = CLI_SPARKLINE_MAX;
    assert_drawn(line, "##=");
}

static void few_values_are_stretched(void **state)
{
    static const double values[] = {0, 7};

    (void)state;
    assert_drawn((struct cli_sparkline){.values = values, .count = 2, .columns = 6}, "___###");
}

static void a_series_of_nothing_is_flat(void **state)
{
    static const double values[] = {0, 0};

    (void)state;
    assert_drawn((struct cli_sparkline){.values = values, .count = 2, .columns = 2}, "__");
    assert_drawn((struct cli_sparkline){.values = values, .count = 0, .columns = 2}, "");
}

/* Whatever the sizes: a series with one peak has its peak in the column that is told. */
static void a_peak_is_in_the_column_that_is_told(void **state)
{
    (void)state;
    for (uint32_t count = 1; count < 60; count++) {
        for (uint32_t index = 0; index < count; index++) {
            double values[60] = {0};
            g_autoptr(GString) out = g_string_new(NULL);
            values[index] = 1;
            cli_sparkline_append(
                out,
                &(struct cli_sparkline){
                    .values = values,
                    .count = count,
                    .columns = 23,
                    .merge = CLI_SPARKLINE_MAX,
                    .is_ascii = true,
                });
            assert_int_equal(strcspn(out->str, "#"), cli_sparkline_column(index, count, 23));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_maximum_is_full_and_only_nothing_is_empty),
        cmocka_unit_test(a_column_without_a_value_is_a_space),
        cmocka_unit_test(values_that_share_a_column_are_averaged_or_peak),
        cmocka_unit_test(few_values_are_stretched),
        cmocka_unit_test(a_series_of_nothing_is_flat),
        cmocka_unit_test(a_peak_is_in_the_column_that_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
