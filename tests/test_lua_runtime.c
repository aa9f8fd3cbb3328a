/* Tests of lua/runtime: a scenario, loaded from its file, turned into a world, and run. */
/* SPDX-License-Identifier: MIT */
#include "world/audit.h"

#include "lua_fixture.h"

#define SYSTEM                                                                                     \
    "local tb = require 'tailback' local billing = require 'systems.billing' "                     \
    "tb.scenario { title = 'Clicks', question = 'How many?', duration = '20s', seed = 7 } "        \
    "local rate = tb.param('rate', { default = 100, min = 10, max = 1000, unit = 'clicks/s' }) "   \
    "local store = tb.param('store', { default = 'journal', choices = { 'memory', 'journal' } }) " \
    "local sys = billing.build { datacenters = { 'a', 'b' }, central = 'a', "                      \
    "clicks = tb.poisson(rate), workers = 4, queue = { store = store } } "                         \
    "tb.at('5s', 'down', function() sys.datacenter.a:fail() end) "                                 \
    "tb.at('8s', 'up', function() sys.datacenter.a:recover() end) "

static void load(struct lua_fixture *fixture, const char *text)
{
    lua_fixture_open(fixture);
    if (!lua_fixture_load(fixture, text)) {
        fail_msg("%s", fixture->mistake);
    }
}

static uint64_t digest_of(const struct lua_fixture *fixture)
{
    return script_runtime_world(fixture->runtime)->trace.digest;
}

static void the_scenario_says_what_it_is(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    load(&fixture, SYSTEM);
    const struct script_scenario *scenario = script_runtime_scenario(fixture.runtime);
    assert_string_equal(scenario->title, "Clicks");
    assert_string_equal(scenario->question, "How many?");
    assert_int_equal(scenario->duration, 20 * SIM_SECOND);
    assert_int_equal(scenario->seed, 7);
    assert_int_equal(scenario->param_count, 2);
    assert_string_equal(scenario->params[0].name, "rate");
    assert_string_equal(scenario->params[0].value, "100");
    assert_string_equal(scenario->params[0].unit, "clicks/s");
    assert_true(scenario->params[0].is_number);
    assert_string_equal(scenario->params[1].value, "journal");
    assert_false(scenario->params[1].is_number);
    assert_string_equal(script_runtime_latency(fixture.runtime)->name, "a/ledger/latency");
    lua_fixture_close(&fixture);
}

static void a_scenario_that_names_no_latency_has_that_of_its_world(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    load(&fixture, LUA_WORLD);
    assert_string_equal(script_runtime_latency(fixture.runtime)->name, "latency");
    lua_fixture_close(&fixture);
}

static void two_runs_are_the_same_run(void **state)
{
    struct lua_fixture first;
    struct lua_fixture second;

    (void)state;
    load(&first, SYSTEM);
    load(&second, SYSTEM);
    assert_true(lua_fixture_run(&first));
    assert_true(lua_fixture_run(&second));
    assert_int_equal(digest_of(&first), digest_of(&second));
    lua_fixture_close(&second);
    lua_fixture_close(&first);
}

static void another_seed_is_another_run(void **state)
{
    struct lua_fixture first;
    struct lua_fixture second;

    (void)state;
    load(&first, SYSTEM);
    lua_fixture_open(&second);
    second.options.has_seed = true;
    second.options.seed = 8;
    assert_true(lua_fixture_load(&second, SYSTEM));
    assert_int_equal(script_runtime_scenario(second.runtime)->seed, 8);
    assert_true(lua_fixture_run(&first));
    assert_true(lua_fixture_run(&second));
    assert_int_not_equal(digest_of(&first), digest_of(&second));
    lua_fixture_close(&second);
    lua_fixture_close(&first);
}

static void a_run_in_steps_is_the_same_run(void **state)
{
    struct lua_fixture whole;
    struct lua_fixture steps;

    (void)state;
    load(&whole, SYSTEM);
    load(&steps, SYSTEM);
    assert_true(lua_fixture_run(&whole));
    const struct world *world = script_runtime_world(steps.runtime);
    for (uint64_t count = 100; world->run.now < 20 * SIM_SECOND; count += 100) {
        assert_true(script_runtime_run(steps.runtime, 20 * SIM_SECOND, count, NULL));
        assert_true(world->run.fired_count <= count);
    }
    assert_true(lua_fixture_run(&steps));
    assert_int_equal(digest_of(&whole), digest_of(&steps));
    lua_fixture_close(&steps);
    lua_fixture_close(&whole);
}

static void a_journal_keeps_what_memory_loses(void **state)
{
    struct lua_fixture journal;
    struct lua_fixture memory;
    const struct script_setting setting[] = {{"store", "memory"}, {"rate", "1000"}};

    (void)state;
    load(&journal, SYSTEM);
    lua_fixture_open(&memory);
    memory.options.settings = setting;
    memory.options.setting_count = 2;
    assert_true(lua_fixture_load(&memory, SYSTEM));
    assert_true(lua_fixture_run(&journal));
    assert_true(lua_fixture_run(&memory));
    struct world *world = script_runtime_world(journal.runtime);
    assert_int_equal(world_audit_totals_of(world->audit).lost, 0);
    assert_true(world_audit_totals_of(world->audit).settled > 2000);
    world = script_runtime_world(memory.runtime);
    assert_true(world_audit_totals_of(world->audit).lost > 0);
    lua_fixture_close(&memory);
    lua_fixture_close(&journal);
}

static void time_that_does_not_pass_is_an_error(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.at('3s', function() while true do tb.sleep(0) end end)",
        "x.lua: at 3 s: a million events, and time does not pass: a process that sleeps for 0, or "
        "an interval of 0?");
}

static void a_file_that_describes_no_scenario_is_an_error(void **state)
{
    (void)state;
    assert_mistake(
        "local tb = require 'tailback'",
        "x.lua: the file describes no scenario: call tb.scenario { title = ..., duration = ... }");
}

static void a_node_that_is_not_connected_is_an_error(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "\ndc:producer { name = 'p', arrivals = tb.poisson(1) }",
        "x.lua:2: producer 'a/p' sends to no queue: tb.connect(producer, queue)");
    assert_mistake(
        LUA_WORLD "\ndc:consumer { name = 'c', time = 1 }",
        "x.lua:2: consumer 'a/c' takes from no queue: tb.connect(queue, consumer)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_scenario_says_what_it_is),
        cmocka_unit_test(a_scenario_that_names_no_latency_has_that_of_its_world),
        cmocka_unit_test(two_runs_are_the_same_run),
        cmocka_unit_test(another_seed_is_another_run),
        cmocka_unit_test(a_run_in_steps_is_the_same_run),
        cmocka_unit_test(a_journal_keeps_what_memory_loses),
        cmocka_unit_test(time_that_does_not_pass_is_an_error),
        cmocka_unit_test(a_file_that_describes_no_scenario_is_an_error),
        cmocka_unit_test(a_node_that_is_not_connected_is_an_error),
    };

    return cmocka_run_group_tests_name("lua/runtime", tests, NULL, NULL);
}
