/* Tests of lua/call: calls from the world into Lua while it runs. */
/* SPDX-License-Identifier: MIT */
#include "world/audit.h"

#include "lua_fixture.h"

/* A message a second for ten seconds, whose handler is `body` with the message as `m`. */
#define HANDLER(before, body)                                                                      \
    LUA_WORLD before                                                                               \
        " local p = dc:producer { name = 'p', arrivals = tb.periodic '1s' } "                      \
        "local q = dc:queue { name = 'q', attempts_max = 3 } "                                     \
        "local c = dc:consumer { name = 'c', time = 0, on_message = function(m)\n" body "\nend } " \
        "tb.connect(p, q, c)"

static void runs_to_the_end(struct lua_fixture *fixture, const char *text)
{
    lua_fixture_open(fixture);
    if (!lua_fixture_load(fixture, text) || !lua_fixture_run(fixture)) {
        fail_msg("%s", fixture->mistake);
    }
}

static void a_handler_sees_each_message_once(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    runs_to_the_end(&fixture, HANDLER("", "print(m.attempt)"));
    assert_string_equal(fixture.printed->str, "1\n1\n1\n1\n1\n1\n1\n1\n1\n");
    lua_fixture_close(&fixture);
}

static void ack_is_the_same_as_nothing(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    runs_to_the_end(&fixture, HANDLER("", "if m.id == 3 then return tb.ack end"));
    struct world *world = script_runtime_world(fixture.runtime);
    assert_int_equal(world_audit_totals_of(world->audit).settled, 9);
    lua_fixture_close(&fixture);
}

static void what_is_given_back_comes_again_until_it_is_dead(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    runs_to_the_end(
        &fixture, HANDLER("", "if m.born == 4 then print(m.attempt) return tb.nack end"));
    assert_string_equal(fixture.printed->str, "1\n2\n3\n");
    struct world *world = script_runtime_world(fixture.runtime);
    assert_int_equal(world_audit_totals_of(world->audit).dead, 1);
    assert_int_equal(world_audit_totals_of(world->audit).settled, 8);
    lua_fixture_close(&fixture);
}

static void a_verdict_that_is_none_is_an_error(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_true(lua_fixture_load(&fixture, HANDLER("", "return false")));
    assert_false(lua_fixture_run(&fixture));
    assert_true(g_str_has_prefix(
        fixture.mistake,
        "x.lua:1: on_message must return tb.ack, tb.nack or nothing, not a boolean\n  at 1.000"));
    lua_fixture_close(&fixture);
}

static void the_first_mistake_stops_the_world(void **state)
{
    struct lua_fixture fixture;
    GError *error = NULL;

    (void)state;
    lua_fixture_open(&fixture);
    assert_true(lua_fixture_load(&fixture, HANDLER("", "print(m.born) error('no')")));
    assert_false(lua_fixture_run(&fixture));
    assert_string_equal(fixture.printed->str, "1.0\n");
    assert_true(g_str_has_prefix(fixture.mistake, "x.lua:2: no\n  at 1.000"));
    struct world *world = script_runtime_world(fixture.runtime);
    assert_true(world->run.now < 2 * SIM_SECOND);

    /* And it stays stopped. */
    assert_false(script_runtime_run(fixture.runtime, 10 * SIM_SECOND, UINT64_MAX, &error));
    assert_true(world->run.now < 2 * SIM_SECOND);
    g_clear_error(&error);
    lua_fixture_close(&fixture);
}

static void a_handler_may_write_tables_of_its_own(void **state)
{
    (void)state;
    assert_prints(
        HANDLER(
            "local seen = {} tb.at('9.5s', function() print(#seen, seen[3]) end)",
            "seen[#seen + 1] = m.born"),
        "9\t3.0\n");
}

static const struct world_check *expected_check(const struct lua_fixture *fixture, uint32_t index)
{
    const struct world *world = script_runtime_world(fixture->runtime);

    assert_true(index < world->checks.expected->len);
    return g_ptr_array_index(world->checks.expected, index);
}

static void a_question_at_the_end_decides_its_check(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    runs_to_the_end(
        &fixture,
        LUA_WORLD "tb.expect('yes', function() return tb.now() == 10 end) "
                  "tb.expect('no', function() return false, 'because' end) "
                  "tb.expect('nothing', function() end)");
    assert_true(world_check_held(expected_check(&fixture, 0)));
    assert_false(world_check_held(expected_check(&fixture, 1)));
    assert_string_equal(expected_check(&fixture, 1)->first.text, "because");
    assert_false(world_check_held(expected_check(&fixture, 2)));
    assert_string_equal(expected_check(&fixture, 2)->first.text, "it did not hold at the end");
    lua_fixture_close(&fixture);
}

static void a_mistake_in_a_question_is_an_error(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.expect('yes', function() return tb.nov end)",
        "x.lua:1: tb has no 'nov', did you mean 'now'?\n  at 10 s, in a check at the end\n  "
        "x.lua:1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handler_sees_each_message_once),
        cmocka_unit_test(ack_is_the_same_as_nothing),
        cmocka_unit_test(what_is_given_back_comes_again_until_it_is_dead),
        cmocka_unit_test(a_verdict_that_is_none_is_an_error),
        cmocka_unit_test(the_first_mistake_stops_the_world),
        cmocka_unit_test(a_handler_may_write_tables_of_its_own),
        cmocka_unit_test(a_question_at_the_end_decides_its_check),
        cmocka_unit_test(a_mistake_in_a_question_is_an_error),
    };

    return cmocka_run_group_tests_name("lua/call", tests, NULL, NULL);
}
