/* Tests of lua/recording: arrivals from a file. */
/* SPDX-License-Identifier: MIT */
#include <sys/stat.h>
#include <unistd.h>

#include "lua_fixture.h"

/* Producer p plays clicks.csv; every message that arrives is printed. */
#define PLAY                                                                                       \
    LUA_WORLD "local p = dc:producer { name = 'p', arrivals = tb.recording 'clicks.csv' } "        \
              "local q = dc:queue { name = 'q' } "                                                 \
              "local c = dc:consumer { name = 'c', time = 0, on_message = function(m) "            \
              "print(m.born, m.key, m.value) end } tb.connect(p, q, c)"

static void assert_plays(const char *recording, const char *expected)
{
    struct lua_fixture fixture;

    lua_fixture_open(&fixture);
    lua_fixture_write(&fixture, "clicks.csv", recording);
    if (!lua_fixture_load(&fixture, PLAY) || !lua_fixture_run(&fixture)) {
        fail_msg("%s", fixture.mistake);
    }
    assert_string_equal(fixture.printed->str, expected);
    lua_fixture_close(&fixture);
}

static void assert_refuses(const char *recording, const char *text, const char *expected)
{
    struct lua_fixture fixture;

    lua_fixture_open(&fixture);
    if (recording != NULL) {
        lua_fixture_write(&fixture, "clicks.csv", recording);
    }
    bool is_well = lua_fixture_load(&fixture, text) && lua_fixture_run(&fixture);
    assert_false(is_well);
    assert_string_equal(fixture.mistake, expected);
    lua_fixture_close(&fixture);
}

static void messages_are_born_as_they_were_recorded(void **state)
{
    (void)state;
    assert_plays("0.5,7,100\n0.5,8,-3\n2,9,0\n", "0.5\t7\t100\n0.5\t8\t-3\n2.0\t9\t0\n");
}

/* Two requests for one page, ten seconds apart, played four times faster. */
static void a_web_log_may_be_played_faster(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    lua_fixture_write(
        &fixture,
        "clicks.log",
        "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 10\n"
        "h - - [17/May/2015:10:05:13 +0000] \"GET / HTTP/1.1\" 200 11\n");
    assert_true(lua_fixture_load(
        &fixture,
        LUA_WORLD "local first local p = dc:producer { name = 'p',"
                  "  arrivals = tb.recording('clicks.log', { faster = 4 }) } "
                  "local q = dc:queue { name = 'q' } "
                  "local c = dc:consumer { name = 'c', time = 0, on_message = function(m) "
                  "first = first or m.key print(m.born, m.key == first, m.value) end } "
                  "tb.connect(p, q, c)"));
    assert_true(lua_fixture_run(&fixture));
    assert_string_equal(fixture.printed->str, "0.0\ttrue\t10\n2.5\ttrue\t11\n");
    lua_fixture_close(&fixture);
}

static void columns_stand_in_any_order(void **state)
{
    (void)state;
    assert_plays("value,place,time\n5,x,1\n6,y,2\n", "1.0\t0\t5\n2.0\t0\t6\n");
}

static void what_comes_after_the_end_of_the_run_is_not_played(void **state)
{
    (void)state;
    assert_plays("1\n9.5\n10.5\nwrong\n", "1.0\t0\t0\n9.5\t0\t0\n");
}

static void a_recording_without_arrivals_is_a_mistake(void **state)
{
    const char *expected = "x.lua:1: clicks.csv: it holds no arrival: expected lines such as "
                           "0.125,17,2500 (time, key, value)";

    (void)state;
    assert_refuses("", PLAY, expected);
    assert_refuses("\n\n", PLAY, expected);
    assert_refuses("time,key,value\n", PLAY, expected);
}

static void the_largest_key_is_played(void **state)
{
    (void)state;
    assert_plays("1,9223372036854775807,1\n", "1.0\t9223372036854775807\t1\n");
}

static void a_malformed_line_ends_the_run_with_its_number(void **state)
{
    (void)state;
    assert_refuses(
        "1,2,3\n2,3,4\n1.5,1,1\n", PLAY, "clicks.csv:3: the time is before the one above");
    assert_refuses(
        "1\n\n2\nthree\n", PLAY, "clicks.csv:4: the time is not a number of seconds, as 12.5");
}

static void a_malformed_first_line_is_a_mistake_of_loading(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    lua_fixture_write(&fixture, "clicks.csv", "when,key\n1,2\n");
    assert_false(lua_fixture_load(&fixture, PLAY));
    assert_string_equal(fixture.mistake, "clicks.csv:1: not one column is called \"time\"");
    lua_fixture_close(&fixture);
}

static void two_producers_play_one_recording_each_for_itself(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    lua_fixture_write(&fixture, "clicks.csv", "1\n2\n3\n");
    assert_true(lua_fixture_load(
        &fixture,
        LUA_WORLD "local q = dc:queue { name = 'q' } for i = 1, 2 do tb.connect(dc:producer { "
                  "name = 'p' .. i, arrivals = tb.recording 'clicks.csv' }, q) end "
                  "tb.at(9, function() print(q:depth()) end)"));
    assert_true(lua_fixture_run(&fixture));
    assert_string_equal(fixture.printed->str, "6\n");
    lua_fixture_close(&fixture);
}

static void a_long_recording_is_streamed(void **state)
{
    struct lua_fixture fixture;
    g_autoptr(GString) text = g_string_new("time,key,value\n");

    (void)state;
    for (int i = 0; i < 20000; i++) {
        g_string_append_printf(text, "%d.%04d,%d,%d\n", i / 2500, i % 2500 * 4, i, i);
    }
    lua_fixture_open(&fixture);
    lua_fixture_write(&fixture, "clicks.csv", text->str);
    assert_true(lua_fixture_load(
        &fixture,
        LUA_WORLD "local p = dc:producer { name = 'p', arrivals = tb.recording 'clicks.csv' } "
                  "tb.connect(p, dc:queue { name = 'q', capacity = 1, when_full = 'drop_oldest' }) "
                  "tb.at(9.99, function() print(tb.measures['a/p/arrived']:value()) end)"));
    assert_true(lua_fixture_run(&fixture));
    assert_string_equal(fixture.printed->str, "20000\n");
    lua_fixture_close(&fixture);
}

#define NAMED(name) LUA_WORLD "tb.recording '" name "'"

static void a_recording_stands_below_the_scenario(void **state)
{
    const char *names[] = {
        "../clicks.csv", "/dev/zero", "a/../../b", ".hidden", "a b", "a\\nb", ""};

    (void)state;
    for (size_t i = 0; i + 1 < G_N_ELEMENTS(names); i++) {
        struct lua_fixture fixture;
        g_autofree char *text = g_strdup_printf(LUA_WORLD "tb.recording '%s'", names[i]);
        lua_fixture_open(&fixture);
        assert_false(lua_fixture_load(&fixture, text));
        assert_non_null(
            strstr(fixture.mistake, "x.lua:1: a file of the scenario's is named from its folder"));
        lua_fixture_close(&fixture);
    }
    assert_refuses(
        NULL, NAMED("clicks.csv"), "x.lua:1: cannot read 'clicks.csv': No such file or directory");
}

static void what_is_no_file_is_refused(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    g_autofree char *pipe = g_build_filename(fixture.folder, "pipe.csv", NULL);
    g_autofree char *folder = g_build_filename(fixture.folder, "folder.csv", NULL);
    g_autofree char *zero = g_build_filename(fixture.folder, "zero.csv", NULL);
    assert_int_equal(mkfifo(pipe, S_IRWXU), 0);
    assert_int_equal(g_mkdir(folder, S_IRWXU), 0);
    assert_int_equal(symlink("/dev/zero", zero), 0);
    assert_false(lua_fixture_load(&fixture, NAMED("pipe.csv")));
    assert_string_equal(fixture.mistake, "x.lua:1: cannot read 'pipe.csv': it is not a file");
    g_clear_pointer(&fixture.mistake, g_free);
    assert_false(lua_fixture_load(&fixture, NAMED("folder.csv")));
    assert_string_equal(fixture.mistake, "x.lua:1: cannot read 'folder.csv': it is not a file");
    g_clear_pointer(&fixture.mistake, g_free);
    assert_false(lua_fixture_load(&fixture, NAMED("zero.csv")));
    assert_string_equal(
        fixture.mistake, "x.lua:1: 'zero.csv': the file is not in the scenario's folder");
    lua_fixture_close(&fixture);
}

static void what_is_added_to_the_file_later_is_not_read(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    lua_fixture_write(&fixture, "clicks.csv", "1\n2\n");
    assert_true(lua_fixture_load(&fixture, PLAY));
    g_autofree char *path = g_build_filename(fixture.folder, "clicks.csv", NULL);
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    assert_true(fputs("3\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_true(lua_fixture_run(&fixture));
    assert_string_equal(fixture.printed->str, "1.0\t0\t0\n2.0\t0\t0\n");
    lua_fixture_close(&fixture);
}

static void a_file_without_an_entry_in_16_mib_is_none(void **state)
{
    g_autofree char *blank = g_strnfill((gsize)20 << 20, '\n');

    (void)state;
    assert_refuses(blank, PLAY, "x.lua:1: clicks.csv: 16 MiB of it have no entry");
}

static void recordings_are_few(void **state)
{
    (void)state;
    struct lua_fixture fixture;

    lua_fixture_open(&fixture);
    for (int i = 1; i <= 17; i++) {
        g_autofree char *name = g_strdup_printf("r%d.csv", i);
        lua_fixture_write(&fixture, name, "1\n");
    }
    assert_false(lua_fixture_load(
        &fixture, LUA_WORLD "for i = 1, 17 do tb.recording('r' .. i .. '.csv') end"));
    assert_string_equal(
        fixture.mistake, "x.lua:1: tb.recording: a scenario has at most 16 recordings");
    lua_fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_born_as_they_were_recorded),
        cmocka_unit_test(a_web_log_may_be_played_faster),
        cmocka_unit_test(columns_stand_in_any_order),
        cmocka_unit_test(what_comes_after_the_end_of_the_run_is_not_played),
        cmocka_unit_test(a_recording_without_arrivals_is_a_mistake),
        cmocka_unit_test(the_largest_key_is_played),
        cmocka_unit_test(a_malformed_line_ends_the_run_with_its_number),
        cmocka_unit_test(a_malformed_first_line_is_a_mistake_of_loading),
        cmocka_unit_test(two_producers_play_one_recording_each_for_itself),
        cmocka_unit_test(a_long_recording_is_streamed),
        cmocka_unit_test(a_recording_stands_below_the_scenario),
        cmocka_unit_test(what_is_no_file_is_refused),
        cmocka_unit_test(what_is_added_to_the_file_later_is_not_read),
        cmocka_unit_test(a_file_without_an_entry_in_16_mib_is_none),
        cmocka_unit_test(recordings_are_few),
    };

    return cmocka_run_group_tests_name("lua/recording", tests, NULL, NULL);
}
