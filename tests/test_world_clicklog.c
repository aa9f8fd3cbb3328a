/* Tests of world/clicklog and the world/logfield beneath it: recorded events as they are written.
 */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "world/clicklog.h"

/* Text that is read a few bytes at a time. */
struct tape {
    const char *text;
    size_t position;
    size_t step;
};

static size_t read_tape(void *context, char *buffer, size_t size)
{
    struct tape *tape = context;
    size_t count = MIN(MIN(tape->step, size), strlen(tape->text) - tape->position);

    memcpy(buffer, tape->text + tape->position, count);
    tape->position += count;
    return count;
}

static struct world_clicklog_config web_log(sim_time tolerance)
{
    return (struct world_clicklog_config){
        .is_web_log = true, .tolerance = tolerance, .address = 1, .user = 0};
}

static struct sim_recording_entry next_of(world_clicklog *log)
{
    struct sim_recording_entry entry;

    assert_int_equal(world_clicklog_next(log, &entry), SIM_RECORDING_ENTRY);
    return entry;
}

static void assert_end(world_clicklog *log)
{
    struct sim_recording_entry entry;

    assert_int_equal(world_clicklog_next(log, &entry), SIM_RECORDING_END);
    world_clicklog_destroy(log);
}

#define LINE(host, user, time, path)                                                               \
    host " - " user " [" time "] \"GET " path " HTTP/1.1\" 200 203023\n"

static void reads_common_log_format(void **state)
{
    struct tape tape = {
        .text = LINE("10.0.0.1", "-", "28/Feb/2016:23:59:59 +0000", "/shoes/red.html")
            LINE("10.0.1.2", "anna", "29/Feb/2016:01:00:01 +0100", "/shoes?size=41")
                LINE("crawler.example", "-", "01/Mar/2016:00:00:00 +0000", "/"),
        .step = 7};
    struct world_clicklog_config config = web_log(0);
    world_clicklog *log = world_clicklog_create(&config, read_tape, &tape);

    (void)state;
    struct sim_recording_entry first = next_of(log);
    assert_int_equal(first.time, 0);
    assert_int_equal(first.attributes[1], 10 << 24 | 1);
    assert_int_equal(first.attributes[0], first.attributes[1]); /* nobody has logged in */
    assert_int_equal(first.attributes_given, 3);
    assert_true(first.lacks_value);
    struct sim_recording_entry second = next_of(log);
    assert_int_equal(second.time, 2 * SIM_SECOND); /* another zone */
    assert_int_equal(second.key, first.key);       /* the first segment of the path */
    assert_int_not_equal(second.attributes[0], second.attributes[1]);
    struct sim_recording_entry third = next_of(log);
    assert_int_equal(third.time, (86400 + 1) * SIM_SECOND); /* a leap day lies between */
    assert_int_not_equal(third.key, first.key);
    assert_end(log);
}

static void sorts_within_its_tolerance(void **state)
{
    struct tape tape = {
        .text = LINE("10.0.0.1", "-", "17/May/2015:10:05:10 +0000", "/a")
            LINE("10.0.0.2", "-", "17/May/2015:10:05:08 +0000", "/a")
                LINE("10.0.0.3", "-", "17/May/2015:10:05:14 +0000", "/a")
                    LINE("10.0.0.4", "-", "17/May/2015:10:05:10 +0000", "/a")
                        LINE("10.0.0.5", "-", "17/May/2015:10:05:20 +0000", "/a"),
        .step = 1000};
    const uint32_t hosts[] = {2, 1, 4, 3, 5};
    const sim_time seconds[] = {0, 0, 0, 4, 10}; /* none is before the first line */
    struct world_clicklog_config config = web_log(5 * SIM_SECOND);
    world_clicklog *log = world_clicklog_create(&config, read_tape, &tape);

    (void)state;
    for (int i = 0; i < 5; i++) {
        struct sim_recording_entry entry = next_of(log);
        assert_int_equal(entry.attributes[1] & 255, hosts[i]);
        assert_int_equal(entry.time, seconds[i] * SIM_SECOND);
    }
    assert_end(log);
}

static void reads_columns_by_their_mapping(void **state)
{
    struct tape tape = {
        .text = "url, ts,ip,\"price\",who\r\n"
                "/shoes,1000.5,10.0.0.1,250,\"anna\"\r\n"
                "\r\n"
                "/hats,1002,10.0.0.2,90,17\r\n",
        .step = 3};
    const struct world_clicklog_config config = {
        .columns =
            {{"ts", WORLD_CLICKLOG_TIME},
             {"url", WORLD_CLICKLOG_KEY},
             {"price", WORLD_CLICKLOG_VALUE},
             {"who", 0},
             {"ip", 3}},
        .column_count = 5,
    };
    world_clicklog *log = world_clicklog_create(&config, read_tape, &tape);

    (void)state;
    struct sim_recording_entry first = next_of(log);
    assert_int_equal(first.time, 0);
    assert_int_equal(first.value, 250);
    assert_false(first.lacks_value);
    assert_int_equal(first.attributes[3], 10 << 24 | 1);
    assert_int_equal(first.attributes_given, 1 | 8);
    struct sim_recording_entry second = next_of(log);
    assert_int_equal(second.time, 1500 * SIM_MILLISECOND);
    assert_int_equal(second.attributes[0], 17);
    assert_int_not_equal(second.key, first.key);
    assert_end(log);
}

static void says_what_is_wrong_and_where(void **state)
{
    static const struct {
        const char *text;
        bool is_web_log;
        uint64_t line;
        const char *problem;
    } cases[] = {
        {"nonsense\n",
         true,
         1,
         "it is not host, ident, user and [date]: no line of Common Log Format"},
        {LINE("h", "-", "17/Mai/2015:10:05:10 +0000", "/a"),
         true,
         1,
         "the date is not such as [17/May/2015:10:05:03 +0000]"},
        {LINE("h", "-", "17/May/2015:10:05:10 +0000", "/a")
             LINE("h", "-", "17/May/2015:10:05:04 +0000", "/a"),
         true,
         2,
         "it is older than a line above by more than the tolerance"},
        {"ts,other\n", false, 1, "its columns are not those that 'columns' names, each once"},
        {"ts,url\n1,a\nx,b\n", false, 3, "the time is not a number of seconds, as 1431857103.25"},
        {"ts,url\n1\n", false, 2, "fewer fields than columns"},
        {"ts,url\n1,2,3\n", false, 2, "more fields than columns"},
    };

    (void)state;
    for (uint32_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct tape tape = {.text = cases[i].text, .step = 5};
        const struct world_clicklog_config config = {
            .is_web_log = cases[i].is_web_log,
            .tolerance = 5 * SIM_SECOND,
            .columns = {{"ts", WORLD_CLICKLOG_TIME}, {"url", WORLD_CLICKLOG_KEY}},
            .column_count = 2,
            .address = WORLD_CLICKLOG_NONE,
            .user = WORLD_CLICKLOG_NONE,
        };
        world_clicklog *log = world_clicklog_create(&config, read_tape, &tape);
        struct sim_recording_entry entry;
        enum sim_recording_result result = world_clicklog_next(log, &entry);
        while (result == SIM_RECORDING_ENTRY) {
            result = world_clicklog_next(log, &entry);
        }
        assert_int_equal(result, SIM_RECORDING_MALFORMED);
        assert_string_equal(world_clicklog_error_of(log).problem, cases[i].problem);
        assert_int_equal(world_clicklog_error_of(log).line, cases[i].line);
        world_clicklog_destroy(log);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_common_log_format),
        cmocka_unit_test(sorts_within_its_tolerance),
        cmocka_unit_test(reads_columns_by_their_mapping),
        cmocka_unit_test(says_what_is_wrong_and_where),
    };

    return cmocka_run_group_tests_name("world/clicklog", tests, NULL, NULL);
}
