/* Tests of sim/access_log. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/access_log.h"

#define LINE(time, request, rest) "10.0.0.1 - bob [" time "] \"" request "\"" rest

static const char *parse(const char *line, struct sim_access *out_access)
{
    return sim_access_parse(line, line + strlen(line), out_access);
}

static struct sim_access access_of(const char *line)
{
    struct sim_access access = {0};
    const char *problem = parse(line, &access);

    if (problem != NULL) {
        fail_msg("%s: %s", line, problem);
    }
    return access;
}

static int64_t second_of(const char *time)
{
    char line[128] = "h - - [";

    strncat(line, time, 40);
    strncat(line, "] \"GET / HTTP/1.0\" 200 1", 40);
    return access_of(line).second;
}

/* Seconds as "date -d ... +%s" prints them. */
static void a_time_is_seconds_since_1970_in_utc(void **state)
{
    (void)state;
    assert_int_equal(second_of("01/Jan/1970:00:00:00 +0000"), 0);
    assert_int_equal(second_of("17/May/2015:10:05:03 +0000"), 1431857103);
    assert_int_equal(second_of("17/May/2015:12:05:03 +0200"), 1431857103);
    assert_int_equal(second_of("17/May/2015:04:35:03 -0530"), 1431857103);
    assert_int_equal(second_of("29/Feb/2000:23:59:59 +0000"), 951868799);
    assert_int_equal(second_of("01/Mar/2100:00:00:00 +0000"), 4107542400);
    assert_int_equal(second_of("31/Dec/1999:23:59:60 +0000"), 946684800);
}

static void a_target_has_one_key_whoever_asks_for_it_and_how(void **state)
{
    uint64_t page =
        access_of(LINE("17/May/2015:10:05:03 +0000", "GET /a HTTP/1.1", " 200 1")).target;

    (void)state;
    assert_int_equal(
        access_of("x - - [18/May/2015:10:05:03 +0000] \"HEAD /a HTTP/1.0\" 304 -").target, page);
    assert_int_equal(access_of("x - - [18/May/2015:10:05:03 +0000] \"GET /a\" 200 5").target, page);
    assert_int_not_equal(
        access_of(LINE("17/May/2015:10:05:03 +0000", "GET /b HTTP/1.1", " 200 1")).target, page);
    /* FNV-1a of "/a": offset basis and prime of the 64-bit hash */
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    hash = (hash ^ '/') * UINT64_C(0x100000001b3);
    hash = (hash ^ 'a') * UINT64_C(0x100000001b3);
    assert_int_equal(page, hash >> 1);
}

static void the_size_is_a_number_or_a_dash(void **state)
{
    (void)state;
    assert_int_equal(
        access_of(LINE("17/May/2015:10:05:03 +0000", "GET / HTTP/1.1", " 200 203023")).size,
        203023);
    assert_int_equal(
        access_of(LINE("17/May/2015:10:05:03 +0000", "GET / HTTP/1.1", " 304 -")).size, 0);
    assert_int_equal(
        access_of(LINE("17/May/2015:10:05:03 +0000", "GET /\\\"x HTTP/1.1", " 200 7 \"-\"")).size,
        7);
}

static void what_is_no_line_of_a_log_is_said(void **state)
{
    static const char *const wrong[] = {
        "",
        "10.0.0.1 - - 17/May/2015",
        "10.0.0.1 - - [17/May/2015:10:05:03 +0000",
        LINE("17/Maj/2015:10:05:03 +0000", "GET / HTTP/1.1", " 200 1"),
        LINE("00/May/2015:10:05:03 +0000", "GET / HTTP/1.1", " 200 1"),
        LINE("17/May/2015:24:05:03 +0000", "GET / HTTP/1.1", " 200 1"),
        LINE("17/May/2015 10:05:03 +0000", "GET / HTTP/1.1", " 200 1"),
        LINE("17/May/2015:10:05:03 00000", "GET / HTTP/1.1", " 200 1"),
        "10.0.0.1 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1 200 1",
        "10.0.0.1 - - [17/May/2015:10:05:03 +0000] \"GET /\\",
        LINE("17/May/2015:10:05:03 +0000", "GET / HTTP/1.1", ""),
        LINE("17/May/2015:10:05:03 +0000", "GET / HTTP/1.1", " 200"),
        LINE("17/May/2015:10:05:03 +0000", "GET / HTTP/1.1", " 200 "),
        LINE("17/May/2015:10:05:03 +0000", "GET / HTTP/1.1", " 200 x"),
        LINE("17/May/2015:10:05:03 +0000", "GET / HTTP/1.1", " 200 99999999999999999999"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct sim_access access;
        assert_non_null(parse(wrong[i], &access));
    }
}

/* Whatever the line, nothing beyond it is read: each prefix stands at the end of its own memory. */
static void a_line_may_end_anywhere(void **state)
{
    static const char line[] =
        LINE("17/May/2015:10:05:03 +0000", "GET /\\\"a HTTP/1.1", " 200 203");

    (void)state;
    for (size_t length = 0; length < sizeof(line); length++) {
        char *copy = malloc(length + 1);
        struct sim_access access;
        assert_non_null(copy);
        memcpy(copy, line, length);
        bool is_whole = length >= sizeof(line) - 3; /* "20" is a size too */
        assert_int_equal(sim_access_parse(copy, copy + length, &access) == NULL, is_whole);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_is_seconds_since_1970_in_utc),
        cmocka_unit_test(a_target_has_one_key_whoever_asks_for_it_and_how),
        cmocka_unit_test(the_size_is_a_number_or_a_dash),
        cmocka_unit_test(what_is_no_line_of_a_log_is_said),
        cmocka_unit_test(a_line_may_end_anywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
