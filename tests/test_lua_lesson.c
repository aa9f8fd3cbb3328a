/* Tests of lua/lesson: what a scenario says to those who watch it. */
/* SPDX-License-Identifier: MIT */
#include "lua/lesson.h"

#include "lua_fixture.h"

static void questions_captions_bookmarks_pauses_and_charts_are_kept(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_true(lua_fixture_load(
        &fixture,
        LUA_WORLD
        "dc:queue { name = 'q' } "
        "tb.question { text = 'When?', choices = { 'now', 'later', 'never' }, answer = 2, because "
        "= "
        "'it waits', at = '3s' } "
        "tb.question { text = 'Who?', choices = { 'a', 'b' }, answer = 1 } "
        "tb.caption('1s', 'it begins') tb.caption(2, 'it ends', '4s') tb.bookmark('5s', 'here') "
        "tb.pause_when('deep', function() return false end) "
        "tb.chart('both', tb.measures['a/q/depth'], 'latency', tb.measures.latency:p(99))"));
    const struct script_lesson lesson = script_lesson_of(fixture.runtime);
    assert_int_equal(lesson.question_count, 2);
    assert_string_equal(lesson.questions[0].text, "When?");
    assert_int_equal(lesson.questions[0].choice_count, 3);
    assert_string_equal(lesson.questions[0].choices[lesson.questions[0].answer], "later");
    assert_string_equal(lesson.questions[0].because, "it waits");
    assert_int_equal(lesson.questions[0].time, 3 * SIM_SECOND);
    assert_int_equal(lesson.questions[1].answer, 0);
    assert_int_equal(lesson.questions[1].time, 0);
    assert_int_equal(lesson.caption_count, 2);
    assert_int_equal(lesson.captions[0].until, SIM_NEVER);
    assert_int_equal(lesson.captions[1].from, 2 * SIM_SECOND);
    assert_int_equal(lesson.captions[1].until, 4 * SIM_SECOND);
    assert_string_equal(lesson.captions[1].text, "it ends");
    assert_int_equal(lesson.bookmark_count, 1);
    assert_string_equal(lesson.bookmarks[0].label, "here");
    assert_int_equal(lesson.pause_count, 1);
    assert_string_equal(lesson.pauses[0], "deep");
    assert_int_equal(lesson.chart_count, 1);
    assert_int_equal(lesson.charts[0].measure_count, 3);
    assert_string_equal(lesson.charts[0].title, "both");
    assert_string_equal(lesson.charts[0].measures[0], "a/q/depth");
    assert_string_equal(lesson.charts[0].measures[2], "latency");
    lua_fixture_close(&fixture);
}

static void a_scenario_may_say_nothing(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_true(lua_fixture_load(&fixture, LUA_WORLD));
    const struct script_lesson lesson = script_lesson_of(fixture.runtime);
    assert_int_equal(lesson.question_count + lesson.caption_count + lesson.bookmark_count, 0);
    assert_int_equal(lesson.pause_count + lesson.chart_count, 0);
    lua_fixture_close(&fixture);
}

static void what_cannot_be_shown_is_refused(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.question { text = 'When?', choices = { 'a', 'b' }, answer = 3 }",
        "x.lua:1: tb.question: answer: expected the number of a choice, 1 to 2, got 3");
    assert_mistake(
        LUA_WORLD "tb.question { text = 'When?', choices = { 'a' }, answer = 1 }",
        "x.lua:1: tb.question: a question has two choices at least");
    assert_mistake(
        LUA_WORLD "tb.question { text = 'When?', choices = { 'a', 'b' }, answer = 1, at = '1h' }",
        "x.lua:1: tb.question: \"1h\" is after the end of the scenario, at 10 s: it would "
        "never happen");
    assert_mistake(
        LUA_WORLD "tb.caption('5s', 'x', '5s')",
        "x.lua:1: tb.caption: to: expected a time after \"5s\", got \"5s\"");
    assert_mistake(
        LUA_WORLD "tb.bookmark('11s', 'x')",
        "x.lua:1: tb.bookmark: \"11s\" is after the end of the scenario, at 10 s: it would never "
        "happen");
    assert_mistake(
        LUA_WORLD "tb.chart('x')",
        "x.lua:1: tb.chart: name the measures to draw, as in tb.chart(\"depth\", "
        "tb.measures[\"beijing/queue/depth\"])");
    assert_mistake(
        LUA_WORLD "tb.chart('x', 'latecy')",
        "x.lua:1: there is no measure 'latecy', did you mean 'latency'?");
    assert_mistake(
        LUA_WORLD "tb.chart('x', dc)",
        "x.lua:1: tb.chart: expected a measure or its name, got a datacenter");
    assert_mistake(
        LUA_WORLD "for i = 1, 1001 do tb.bookmark(1, 'x') end",
        "x.lua:1: a scenario has at most 1000 bookmarks");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_captions_bookmarks_pauses_and_charts_are_kept),
        cmocka_unit_test(a_scenario_may_say_nothing),
        cmocka_unit_test(what_cannot_be_shown_is_refused),
    };

    return cmocka_run_group_tests_name("lua/lesson", tests, NULL, NULL);
}
