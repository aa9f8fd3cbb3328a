/* Tests of cli/json: what is written is JSON, and reads back as it was meant. */
/* SPDX-License-Identifier: MIT */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli/json.h"

static void nested_things_are_indented_and_separated(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL);
    struct cli_json json;

    (void)state;
    cli_json_init(&json, out);
    cli_json_begin_object(&json, NULL);
    cli_json_count(&json, "a", G_MAXUINT64);
    cli_json_begin_array(&json, "b");
    cli_json_bool(&json, NULL, true);
    cli_json_null(&json, NULL);
    cli_json_begin_object(&json, NULL);
    cli_json_end(&json);
    cli_json_end(&json);
    cli_json_string(&json, "c", "d");
    cli_json_end(&json);
    cli_json_finish(&json);
    assert_string_equal(
        out->str,
        "{\n  \"a\": 18446744073709551615,\n  \"b\": [\n    true,\n    null,\n    {}\n  ],\n"
        "  \"c\": \"d\"\n}\n");
}

static void assert_string(const char *text, const char *expected)
{
    g_autoptr(GString) out = g_string_new(NULL);
    struct cli_json json;

    cli_json_init(&json, out);
    cli_json_string(&json, NULL, text);
    assert_string_equal(out->str, expected);
}

static void strings_are_escaped(void **state)
{
    (void)state;
    assert_string("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
    assert_string("\n\033\177", "\"\\u000a\\u001b\\u007f\"");
    assert_string("caf\303\251", "\"caf\303\251\"");
    assert_string("a\377b", "\"a\357\277\275b\"");
}

static char *number_of(double value)
{
    GString *out = g_string_new(NULL);
    struct cli_json json;

    cli_json_init(&json, out);
    cli_json_number(&json, NULL, value);
    return g_string_free(out, FALSE);
}

static void assert_number(double value, const char *expected)
{
    g_autofree char *text = number_of(value);

    assert_string_equal(text, expected);
}

static void numbers_are_as_short_as_they_can_be(void **state)
{
    (void)state;
    assert_number(0.1, "0.1");
    assert_number(120, "120");
    assert_number(-2.5, "-2.5");
    assert_number(1e300, "1e+300");
    assert_number(1.0 / 3, "0.3333333333333333");
}

static void numbers_read_back_as_they_were(void **state)
{
    uint64_t seed = 1;

    (void)state;
    for (uint32_t i = 0; i < 20000; i++) {
        double value;
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        memcpy(&value, &seed, sizeof(value));
        if (!isfinite(value)) {
            continue;
        }
        g_autofree char *text = number_of(value);
        double read = g_ascii_strtod(text, NULL);
        assert_memory_equal(&read, &value, sizeof(value));
    }
}

static void what_json_has_no_number_for_is_null(void **state)
{
    (void)state;
    assert_number((double)NAN, "null");
    assert_number((double)INFINITY, "null");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nested_things_are_indented_and_separated),
        cmocka_unit_test(strings_are_escaped),
        cmocka_unit_test(numbers_are_as_short_as_they_can_be),
        cmocka_unit_test(numbers_read_back_as_they_were),
        cmocka_unit_test(what_json_has_no_number_for_is_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
