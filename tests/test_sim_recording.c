/* Tests of sim/recording: what lines mean, which are refused, and that the pieces in which a text
 * arrives do not matter. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/random.h"
#include "sim/recording.h"

struct source {
    const char *text;
    size_t length;
    size_t piece; /* bytes handed out at once */
};

static size_t read_source(void *context, char *buffer, size_t size)
{
    struct source *source = context;
    size_t count = source->piece < size ? source->piece : size;

    count = count < source->length ? count : source->length;
    memcpy(buffer, source->text, count);
    source->text += count;
    source->length -= count;
    return count;
}

static struct source source_of(const char *text)
{
    return (struct source){text, strlen(text), 7};
}

/* The entries as "time/key/value" in ns, one after the other; then the error, if there is one. */
static void assert_reads(const char *text, const char *expected)
{
    struct source source = source_of(text);
    sim_recording *recording = sim_recording_create(read_source, &source);
    struct sim_recording_entry entry;
    enum sim_recording_result result;
    char found[512] = "";
    size_t length = 0;

    while ((result = sim_recording_next(recording, &entry)) == SIM_RECORDING_ENTRY) {
        length += (size_t)snprintf(
            found + length,
            sizeof(found) - length,
            "%lld/%llu/%lld ",
            (long long)entry.time,
            (unsigned long long)entry.key,
            (long long)entry.value);
    }
    if (result == SIM_RECORDING_MALFORMED) {
        struct sim_recording_error error = sim_recording_error_of(recording);
        (void)snprintf(
            found + length,
            sizeof(found) - length,
            "line %llu: %s",
            (unsigned long long)error.line,
            error.problem);
    }
    assert_string_equal(found, expected);
    assert_int_equal(sim_recording_next(recording, &entry), result); /* for good */
    sim_recording_destroy(recording);
}

static void reads_times_keys_and_values(void **state)
{
    (void)state;
    assert_reads("0.5,1,2\n1,3,-4\n", "500000000/1/2 1000000000/3/-4 ");
}

static void key_and_value_may_be_missing(void **state)
{
    (void)state;
    assert_reads("0\n1.5\n1.5,9\n", "0/0/0 1500000000/0/0 1500000000/9/0 ");
    assert_reads("", "");
    assert_reads("\n\n", "");
}

static void a_header_gives_columns_in_any_order(void **state)
{
    (void)state;
    assert_reads(
        "value, user ,time,key\n7,joe,2,8\n\n9,ann,3,1\n", "2000000000/8/7 3000000000/1/9 ");
    assert_reads("time\n4\n", "4000000000/0/0 ");
}

static void spaces_and_carriage_returns_do_not_matter(void **state)
{
    (void)state;
    assert_reads("time,key\r\n 1 ,\t2\r\n\r\n3,4", "1000000000/2/0 3000000000/4/0 ");
}

static void times_are_exact_to_the_ns(void **state)
{
    (void)state;
    assert_reads("0.000000001", "1/0/0 ");
    assert_reads("0.0000000015", "2/0/0 ");
    assert_reads("0.99999999949", "999999999/0/0 ");
    assert_reads("0.9999999999", "1000000000/0/0 ");
    assert_reads("9007199.254740993", "9007199254740993/0/0 "); /* not a double */
    assert_reads("9223372034.5", "9223372034500000000/0/0 ");
}

static void the_largest_numbers_are_read_and_larger_ones_refused(void **state)
{
    (void)state;
    assert_reads(
        "1,9223372036854775807,9223372036854775807",
        "1000000000/9223372036854775807/9223372036854775807 ");
    assert_reads("1,9223372036854775808", "line 1: the key is not an integer from 0 to 2^63 - 1");
    assert_reads("1,1,9223372036854775808", "line 1: the value is not an integer");
    assert_reads("9223372036", "line 1: the time is not a number of seconds, as 12.5");
}

static void a_malformed_line_is_refused_by_its_number(void **state)
{
    (void)state;
    assert_reads("1\nx\n", "1000000000/0/0 line 2: the time is not a number of seconds, as 12.5");
    assert_reads(
        "1\n\n\n-2\n", "1000000000/0/0 line 4: the time is not a number of seconds, as 12.5");
    assert_reads("1\n0.999\n", "1000000000/0/0 line 2: the time is before the one above");
    assert_reads("1.\n", "line 1: the time is not a number of seconds, as 12.5");
    assert_reads("1e3\n", "line 1: the time is not a number of seconds, as 12.5");
    assert_reads("1;2\n", "line 1: the time is not a number of seconds, as 12.5");
    assert_reads("1,-2\n", "line 1: the key is not an integer from 0 to 2^63 - 1");
    assert_reads("1,2,\n", "1000000000/2/0 ");
    assert_reads("1,,3\n", "line 1: the key is not an integer from 0 to 2^63 - 1");
    assert_reads("1,2,-\n", "line 1: the value is not an integer");
    assert_reads("1,2,3,4\n", "line 1: more fields than columns");
    assert_reads(" ,2\n", "line 1: the time is not a number of seconds, as 12.5");
}

static void under_a_header_each_line_has_all_columns(void **state)
{
    const char *problem = "fewer fields than the first line has columns";
    char expected[128];

    (void)state;
    (void)snprintf(expected, sizeof(expected), "1000000000/2/3 line 3: %s", problem);
    assert_reads("time,key,value\n1,2,3\n2,5\n", expected);
    (void)snprintf(expected, sizeof(expected), "line 2: %s", problem);
    assert_reads("time,key\n1\n", expected);
    assert_reads("key,time\n5\n", expected);
    assert_reads("time,key\n1,\n", expected);
    assert_reads("time,note\n1,\"\"\n", "1000000000/0/0 ");
}

static void a_byte_order_mark_is_skipped(void **state)
{
    (void)state;
    assert_reads("\xef\xbb\xbftime,key\n1,2\n", "1000000000/2/0 ");
    assert_reads(
        "\xef\xbb\xbf"
        "1,2\n",
        "1000000000/2/0 ");
    assert_reads("\xef\xbb\xbf", "");
    assert_reads(
        "1\n\xef\xbb\xbf"
        "2\n",
        "1000000000/0/0 line 2: the time is not a number of seconds, as 12.5");
}

static void a_header_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    assert_reads("key,value\n1,2\n", "line 1: not one column is called \"time\"");
    assert_reads("time,time\n1,2\n", "line 1: not one column is called \"time\"");
    assert_reads("time,key,key\n1,2,3\n", "line 1: two columns of one name");
}

static void a_line_without_end_is_refused(void **state)
{
    char *text = calloc(1, 200001);

    (void)state;
    assert_non_null(text);
    memset(text, '1', 200000);
    text[1] = '\n';
    text[3] = ',';
    assert_reads(text, "1000000000/0/0 line 2: the line is longer than 4096 bytes");
    free(text);
}

/* Half a million bytes in pieces of every size: the same entries, and none lost at a seam. */
static void the_pieces_of_a_text_do_not_matter(void **state)
{
    enum { LINES = 30000 };
    char *text = calloc(LINES, 32);
    size_t length = 0;

    (void)state;
    assert_non_null(text);
    for (uint32_t i = 0; i < LINES; i++) {
        length += (size_t)sprintf(text + length, "%u.%03u,%u,%d\n", i, i % 1000, i * 7, -(int)i);
    }
    for (size_t piece = 1; piece < 200000; piece = piece * 3 + 1) {
        struct source source = {text, length, piece};
        sim_recording *recording = sim_recording_create(read_source, &source);
        struct sim_recording_entry entry;
        for (uint32_t i = 0; i < LINES; i++) {
            assert_int_equal(sim_recording_next(recording, &entry), SIM_RECORDING_ENTRY);
            assert_int_equal(entry.time, i * SIM_SECOND + i % 1000 * SIM_MILLISECOND);
            assert_int_equal(entry.key, i * 7);
            assert_int_equal(entry.value, -(int64_t)i);
        }
        assert_int_equal(sim_recording_next(recording, &entry), SIM_RECORDING_END);
        sim_recording_destroy(recording);
    }
    free(text);
}

/* No text crashes it or is read for ever. */
static void any_bytes_end_in_an_end_or_an_error(void **state)
{
    static const char alphabet[] = "0123456789.,-\n\r \"tky";
    struct sim_stream stream = sim_stream_named(1, "bytes");
    char text[64];

    (void)state;
    for (uint32_t i = 0; i < 200000; i++) {
        size_t length = sim_stream_below(&stream, sizeof(text));
        for (size_t j = 0; j < length; j++) {
            text[j] = alphabet[sim_stream_below(&stream, sizeof(alphabet))];
        }
        struct source source = {text, length, 1 + sim_stream_below(&stream, 64)};
        sim_recording *recording = sim_recording_create(read_source, &source);
        struct sim_recording_entry entry;
        uint32_t count = 0;
        while (sim_recording_next(recording, &entry) == SIM_RECORDING_ENTRY) {
            count++;
        }
        assert_true(count <= length);
        sim_recording_destroy(recording);
    }
}

/* Of two requests the second began before the first one's end, and was logged later. */
static void a_web_log_is_read_as_well(void **state)
{
    (void)state;
    assert_reads(
        "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 10\n"
        "h - - [17/May/2015:10:05:13 +0000] \"GET / HTTP/1.1\" 200 11\n"
        "h - - [17/May/2015:10:05:10 +0000] \"GET / HTTP/1.1\" 200 12\n",
        "0/6319061714440602879/10 10000000000/6319061714440602879/11 "
        "10000000000/6319061714440602879/12 ");
    assert_reads(
        "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 10\n"
        "1.5,17,3\n",
        "0/6319061714440602879/10 line 2: the time is not as in [17/May/2015:10:05:03 +0000]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_times_keys_and_values),
        cmocka_unit_test(key_and_value_may_be_missing),
        cmocka_unit_test(a_header_gives_columns_in_any_order),
        cmocka_unit_test(spaces_and_carriage_returns_do_not_matter),
        cmocka_unit_test(times_are_exact_to_the_ns),
        cmocka_unit_test(the_largest_numbers_are_read_and_larger_ones_refused),
        cmocka_unit_test(a_malformed_line_is_refused_by_its_number),
        cmocka_unit_test(under_a_header_each_line_has_all_columns),
        cmocka_unit_test(a_byte_order_mark_is_skipped),
        cmocka_unit_test(a_header_that_makes_no_sense_is_refused),
        cmocka_unit_test(a_line_without_end_is_refused),
        cmocka_unit_test(the_pieces_of_a_text_do_not_matter),
        cmocka_unit_test(any_bytes_end_in_an_end_or_an_error),
        cmocka_unit_test(a_web_log_is_read_as_well),
    };

    return cmocka_run_group_tests_name("sim/recording", tests, NULL, NULL);
}
