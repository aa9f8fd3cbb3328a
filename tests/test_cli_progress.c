/* Tests of cli/progress: what the line says, and that it keeps to its width and to terminals. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/progress.h"
#include "cli/text.h"

static const struct cli_progress half = {
    .phase = CLI_PHASE_RUNNING,
    .now = 60 * SIM_SECOND + 5,
    .until = 120 * SIM_SECOND,
    .event_count = 1500000,
};

static void the_line_says_how_far_and_how_fast(void **state)
{
    (void)state;
    g_autofree char *line = cli_progress_line(&half, 0.5, 100, true);

    assert_string_equal(
        line,
        "[###############...............]  50 %  1 min of 2 min  1,500,000 events  3,000,000/s");
}

static void the_line_never_exceeds_its_width(void **state)
{
    (void)state;
    for (uint32_t columns = 1; columns < 120; columns++) {
        g_autofree char *ascii = cli_progress_line(&half, 0.5, columns, true);
        g_autofree char *blocks = cli_progress_line(&half, 0.5, columns, false);
        assert_true(cli_text_columns(ascii) <= columns);
        assert_true(cli_text_columns(blocks) <= columns);
    }
}

static void before_the_end_is_known_it_is_loading(void **state)
{
    const struct cli_progress none = {0};

    (void)state;
    g_autofree char *line = cli_progress_line(&none, 0.5, 80, false);
    assert_string_equal(line, "loading ...");
}

static void nothing_is_drawn_where_there_is_no_terminal(void **state)
{
    struct cli_progress_bar bar;
    int ends[2];
    char byte;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    cli_progress_init(&bar, ends[1], true, false);
    g_usleep(200000);
    cli_progress_update(&bar, &half);
    cli_progress_clear(&bar);
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    assert_int_equal(close(ends[0]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_says_how_far_and_how_fast),
        cmocka_unit_test(the_line_never_exceeds_its_width),
        cmocka_unit_test(before_the_end_is_known_it_is_loading),
        cmocka_unit_test(nothing_is_drawn_where_there_is_no_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
