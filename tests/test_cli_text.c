/* Tests of cli/text: numbers and times as people read them, and text that may hold anything. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/text.h"

/* Frees what was made. */
static void assert_made(char *made, const char *expected)
{
    assert_string_equal(made, expected);
    g_free(made);
}

static void nothing_that_a_terminal_obeys_survives_the_escape(void **state)
{
    (void)state;
    assert_made(cli_text_escape("plain", false), "plain");
    assert_made(cli_text_escape("a\033[31mb\007\n\t\r", false), "a\\x1b[31mb\\x07\\n  \\x0d");
    assert_made(cli_text_escape("\302\233 \342\200\256 \177", false), "\\u{9b} \\u{202e} \\x7f");
}

static void bytes_that_are_no_text_are_shown_as_bytes(void **state)
{
    (void)state;
    assert_made(cli_text_escape("a\377b\303", false), "a\\xffb\\xc3");
    assert_made(cli_text_escape("\355\240\200", false), "\\xed\\xa0\\x80"); /* half a surrogate */
}

static void letters_beyond_ascii_are_kept_unless_ascii_is_asked_for(void **state)
{
    (void)state;
    assert_made(cli_text_escape("caf\303\251", false), "caf\303\251");
    assert_made(cli_text_escape("caf\303\251", true), "caf\\u{e9}");
}

static void wide_letters_take_two_columns(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL);

    (void)state;
    assert_int_equal(cli_text_columns("\344\270\212\346\265\267 x"), 6);
    cli_text_append_padded(out, "\344\270\212\346\265\267", 6);
    assert_string_equal(out->str, "\344\270\212\346\265\267  ");
}

static void a_long_line_breaks_at_spaces(void **state)
{
    g_autoptr(GString) out = g_string_new("> ");

    (void)state;
    cli_text_append_wrapped(out, "one two three fours-is-too-long end", 2, 11);
    assert_string_equal(out->str, "> one two\n  three\n  fours-is-too-long\n  end");
}

static void counts_are_grouped_by_thousands(void **state)
{
    (void)state;
    assert_made(cli_text_count(0), "0");
    assert_made(cli_text_count(999), "999");
    assert_made(cli_text_count(1000), "1,000");
    assert_made(cli_text_count(G_MAXUINT64), "18,446,744,073,709,551,615");
}

static void numbers_have_three_digits_that_count(void **state)
{
    (void)state;
    assert_made(cli_text_number(0), "0");
    assert_made(cli_text_number(0.01254), "0.0125");
    assert_made(cli_text_number(3.14159), "3.14");
    assert_made(cli_text_number(999.4), "999");
    assert_made(cli_text_number(12345.6), "12,346");
    assert_made(cli_text_number(-12345.6), "-12,346");
}

static void durations_have_a_unit_that_suits_them(void **state)
{
    (void)state;
    assert_made(cli_text_duration(0), "0 ns");
    assert_made(cli_text_duration(870), "870 ns");
    assert_made(cli_text_duration(1500), "1.5 us");
    assert_made(cli_text_duration(34120000), "34.1 ms");
    assert_made(cli_text_duration(999499999), "999 ms");
    assert_made(cli_text_duration(999500000), "1 s");
    assert_made(cli_text_duration(47 * SIM_SECOND), "47 s");
    assert_made(cli_text_duration(120 * SIM_SECOND), "2 min");
    assert_made(cli_text_duration(725 * SIM_SECOND), "12 min 5 s");
    assert_made(cli_text_duration(7260 * SIM_SECOND), "2 h 1 min");
    assert_made(cli_text_duration(INT64_C(2595600) * SIM_SECOND), "30 d 1 h");
}

static void instants_are_seconds_below_an_hour(void **state)
{
    (void)state;
    assert_made(cli_text_instant(0), "0.000 s");
    assert_made(cli_text_instant(75 * SIM_SECOND + 812 * SIM_MILLISECOND), "75.812 s");
    assert_made(cli_text_instant(3723 * SIM_SECOND + 500 * SIM_MILLISECOND), "1:02:03.500");
}

static void a_duration_is_read_with_its_unit(void **state)
{
    static const struct {
        const char *text;
        sim_time duration;
    } cases[] = {
        {"90s", 90 * SIM_SECOND},
        {"90", 90 * SIM_SECOND},
        {"1.5 min", 90 * SIM_SECOND},
        {"2min", 120 * SIM_SECOND},
        {"250ms", 250 * SIM_MILLISECOND},
        {"7us", 7 * SIM_MICROSECOND},
        {"7\302\265s", 7 * SIM_MICROSECOND},
        {"1ns", 1},
        {"1h", 3600 * SIM_SECOND},
        {"1d", 86400 * SIM_SECOND},
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        sim_time duration = -1;
        assert_true(cli_text_parse_duration(cases[i].text, &duration));
        assert_int_equal(duration, cases[i].duration);
    }
}

static void assert_no_duration(const char *text)
{
    sim_time duration = 42;

    if (cli_text_parse_duration(text, &duration)) {
        print_error("'%s' was taken for a duration\n", text);
        fail();
    }
    assert_int_equal(duration, 42);
}

static void what_is_no_duration_is_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "s",
        ".",
        "-3",
        "+3",
        "3 weeks",
        "3s4",
        "1e3",
        "nan",
        "inf",
        "0x10",
        "1.2.3",
        "999999999999d",
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_no_duration(cases[i]);
    }
}

static void the_nearest_name_is_the_one_with_the_fewest_slips(void **state)
{
    static const char *const names[] = {"set", "seed", "until", "out", "force", "format", NULL};

    (void)state;
    assert_string_equal(cli_text_nearest("sed", names), "seed");
    assert_string_equal(cli_text_nearest("sset", names), "set");
    assert_string_equal(cli_text_nearest("untli", names), "until");
    assert_string_equal(cli_text_nearest("fromat", names), "format");
    assert_null(cli_text_nearest("verbose", names));
    assert_null(cli_text_nearest("x", names));
    assert_null(cli_text_nearest(
        "a-word-that-is-longer-than-any-that-anybody-would-type-by-mistake", names));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_that_a_terminal_obeys_survives_the_escape),
        cmocka_unit_test(bytes_that_are_no_text_are_shown_as_bytes),
        cmocka_unit_test(letters_beyond_ascii_are_kept_unless_ascii_is_asked_for),
        cmocka_unit_test(wide_letters_take_two_columns),
        cmocka_unit_test(a_long_line_breaks_at_spaces),
        cmocka_unit_test(counts_are_grouped_by_thousands),
        cmocka_unit_test(numbers_have_three_digits_that_count),
        cmocka_unit_test(durations_have_a_unit_that_suits_them),
        cmocka_unit_test(instants_are_seconds_below_an_hour),
        cmocka_unit_test(a_duration_is_read_with_its_unit),
        cmocka_unit_test(what_is_no_duration_is_refused),
        cmocka_unit_test(the_nearest_name_is_the_one_with_the_fewest_slips),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
