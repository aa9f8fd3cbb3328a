/* Tests of lua/bind_dist: distributions, and drawing from them. */
/* SPDX-License-Identifier: MIT */
#include "lua/state.h"

#include "lua_fixture.h"

static void each_distribution_has_its_mean_and_its_variance(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "local function show(d) print(('%.6g %.6g'):format(d:mean(), d:variance())) end "
        "show(tb.gamma(4, '500ms')) show(tb.erlang(4, '2s')) "
        "show(tb.hyperexponential(0.5, '1s', '3s')) show(tb.pareto(3, '2s')) "
        "show(tb.weibull(1, '2s')) show(tb.lognormal(0, 1)) show(tb.uniform(0, 12)) "
        "show(tb.uniform_int(1, 6)) show(tb.discrete { values = { 1, 5 }, weights = { 3, 1 } }) "
        "show(tb.discrete { values = { '1ms', '3ms' } }) show(tb.empirical { 0, 6, 12 }) "
        "show(tb.pareto(1, 1)) show(tb.pareto(1.5, 1))",
        "2 1\n2 1\n2 6\n3 3\n2 4\n1.64872 4.67077\n6 12\n3.5 2.91667\n2 3\n0.002 1e-06\n6 12\n"
        "inf inf\n3 inf\n");
}

static void draws_have_the_mean_that_the_distribution_says(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "local all = { tb.exponential '2s', tb.gamma(4, 0.5), tb.erlang(4, 2), "
        "tb.hyperexponential(0.5, 1, 3), tb.pareto(4, 1.5), tb.weibull(1, 2), tb.normal(2, 0.5), "
        "tb.normal_positive('2s', '500ms'), tb.uniform(1, 3), tb.uniform_int(1, 3), "
        "tb.discrete { values = { 1, 5 }, weights = { 3, 1 } }, tb.empirical { 0, 2, 4 } } "
        "for _, d in ipairs(all) do local sum = 0 for _ = 1, 20000 do sum = sum + d:draw() end "
        /* four standard errors */
        "local off = math.abs(sum / 20000 - d:mean()) "
        "assert(off < 4 * math.sqrt(d:variance() / 20000), tostring(d)) end print 'well'",
        "well\n");
}

static void whole_numbers_are_drawn_as_integers(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "for _, d in ipairs { tb.uniform_int(3, 3), tb.zipf(1, 1), tb.discrete { values = { 7 } }, "
        "tb.discrete { values = { 7.5 } }, tb.constant(7), tb.constant '7s' } do print(d:draw()) "
        "end",
        "3\n1\n7\n7.5\n7.0\n7.0\n");
}

static void durations_are_never_below_zero(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local d = tb.normal_positive('0s', '1s') for _ = 1, 1000 do "
                  "assert(d:draw() >= 0) end print(tb.normal(-50, 1):draw() < 0)",
        "true\n");
}

/* The draws of `d` in a scenario that also has what `before` makes. */
static char *draws_after(const char *before, uint64_t seed)
{
    struct lua_fixture fixture;
    g_autofree char *text = g_strconcat(
        LUA_WORLD, before, " local d = tb.exponential(1) print(d:draw(), d:draw())", NULL);

    lua_fixture_open(&fixture);
    fixture.options.has_seed = true;
    fixture.options.seed = seed;
    assert_true(lua_fixture_load(&fixture, text));
    char *draws = g_strdup(fixture.printed->str);
    lua_fixture_close(&fixture);
    return draws;
}

static void a_distribution_draws_from_a_stream_of_its_own(void **state)
{
    g_autofree char *alone = draws_after("", 1);
    g_autofree char *again = draws_after("", 1);
    g_autofree char *otherwise = draws_after("", 2);
    g_autofree char *beside =
        draws_after("local o = tb.gamma(2, 1) o:draw() math.random() tb.normal(0, 1):draw()", 1);
    g_autofree char *second = draws_after("tb.exponential(1):draw()", 1);

    (void)state;
    assert_string_equal(alone, again);
    assert_string_equal(alone, beside);
    assert_string_not_equal(alone, otherwise);
    assert_string_not_equal(alone, second);
}

/* What the handler of a/first draws, beside what `others` makes. */
static char *draws_beside(const char *others)
{
    struct lua_fixture fixture;
    g_autofree char *text = g_strconcat(
        LUA_WORLD
        "local d = tb.exponential(1) "
        "local function add(name, handler) "
        "  local p = dc:producer { name = name .. '_p', arrivals = tb.poisson(20), "
        "    message = { key = tb.zipf(1000, 1), value = tb.uniform_int(1, 100) } } "
        "  local q = dc:queue { name = name .. '_q', model = 'producer_consumer', capacity = 100 } "
        "  local c = dc:consumer { name = name, time = tb.exponential '5ms', on_message = handler "
        "} "
        "  tb.connect(p, q, c) end ",
        others,
        " add('first', function(m) "
        "  print(tb.now(), m.key, m.value, d:draw(), math.random(), d:draw 'by name') end)",
        NULL);

    lua_fixture_open(&fixture);
    if (!lua_fixture_load(&fixture, text) || !lua_fixture_run(&fixture)) {
        fail_msg("%s", fixture.mistake);
    }
    char *draws = g_strdup(fixture.printed->str);
    lua_fixture_close(&fixture);
    return draws;
}

/* Its interval, its keys and values, its service time, and what its handler draws. */
static void adding_a_node_never_changes_what_another_node_draws(void **state)
{
    g_autofree char *alone = draws_beside("");
    g_autofree char *beside_distributions = draws_beside(
        "local o = tb.exponential(1) o:draw() d:draw() d:draw 'another' math.random() "
        "tb.process(function() while true do d:draw() math.random() tb.sleep '7ms' end end) ");
    g_autofree char *beside_a_node =
        draws_beside("add('second', function(m) d:draw() math.random() d:draw 'second' end) ");

    (void)state;
    assert_true(strlen(alone) > 1000);
    assert_string_equal(alone, beside_distributions);
    assert_string_equal(alone, beside_a_node);
}

static void one_distribution_draws_other_numbers_for_another_use(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local d = tb.uniform(0, 1) local here, there = d:draw 'here', d:draw 'there' "
                  "print(here == there, here == d:draw 'here', here == d:draw())",
        "false\tfalse\tfalse\n");
    assert_mistake(
        LUA_WORLD "tb.uniform(0, 1):draw 'x' tb.uniform(0, 1):draw 'x'",
        "x.lua:1: draw: use: another distribution draws for \"x\": give each a name of its own");
}

static void what_may_be_below_zero_is_no_duration(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.uniform(-1, '3s')",
        "x.lua:1: tb.uniform: expected durations of at least 0, got some of -1 s");
    assert_mistake(
        LUA_WORLD "dc:consumer { name = 'c', time = tb.uniform(-1, 3) }",
        "x.lua:1: field 'time' of dc:consumer: expected durations that are never below 0, such as "
        "tb.uniform(\"1ms\", \"3ms\"), and these go down to -1 s, got a distribution\n"
        "x.lua:1: consumer 'a/c' takes from no queue: tb.connect(queue, consumer)");
    assert_mistake(
        LUA_WORLD "dc:consumer { name = 'c', time = tb.normal(3, 1) }",
        "x.lua:1: field 'time' of dc:consumer: expected durations that are never below 0, such as "
        "those of tb.normal_positive, and these go down to -1.75 s, got a distribution\n"
        "x.lua:1: consumer 'a/c' takes from no queue: tb.connect(queue, consumer)");
    assert_mistake(
        LUA_WORLD "tb.renewal(tb.empirical { 2, -0.5, 1 })",
        "x.lua:1: tb.renewal: distances: expected durations that are never below 0, such as "
        "tb.uniform(\"1ms\", \"3ms\"), and these go down to -0.5 s, got a distribution");
    assert_prints(LUA_WORLD "tb.renewal(tb.empirical { 2, 0, 1 }) print 'well'", "well\n");
}

static void two_distributions_that_are_equal_draw_different_numbers(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local a, b = tb.uniform(0, 1), tb.uniform(0, 1) print(a:draw() == b:draw())",
        "false\n");
}

static void a_draw_in_a_handler_allocates_nothing(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_true(lua_fixture_load(
        &fixture,
        LUA_WORLD "local d = tb.exponential '1ms' local sum = 0.0 "
                  "tb.process(function() while true do tb.sleep(d:draw()) end end)"));
    GError *error = NULL;
    assert_true(script_runtime_run(fixture.runtime, SIM_SECOND, UINT64_MAX, &error));
    const struct script_limits *limits = &((const struct script_runtime *)fixture.runtime)->limits;
    uint64_t before = limits->memory_used;
    assert_true(script_runtime_run(fixture.runtime, 9 * SIM_SECOND, UINT64_MAX, &error));
    assert_true(limits->memory_used <= before);
    lua_fixture_close(&fixture);
}

static void a_wrong_parameter_is_named(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.gamma('2s', 1)", "x.lua:1: tb.gamma: shape: expected a number, got \"2s\"");
    assert_mistake(
        LUA_WORLD "tb.erlang(0, 1)",
        "x.lua:1: tb.erlang: stages must be an integer, at least 1, got number 0");
    assert_mistake(
        LUA_WORLD "tb.hyperexponential(1.5, 1, 2)",
        "x.lua:1: tb.hyperexponential: probability must be between 0 and 1, got number 1.5");
    assert_mistake(
        LUA_WORLD "tb.pareto(0, 1)",
        "x.lua:1: tb.pareto: shape must be greater than 0, got number 0");
    assert_mistake(
        LUA_WORLD "tb.exponential '1s':draw(5)",
        "x.lua:1: draw: use: expected a text of 1 to 200 characters, the name of this use, such as "
        "\"beijing/gap\", got a number");
    assert_mistake(
        LUA_WORLD "tb.exponential('1s').draw(tb.poisson(5))",
        "x.lua:1: draw is a method of a distribution: call it with a colon, "
        "distribution:draw(...)");
}

static void a_wrong_table_says_which_entry(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.discrete { values = { 1, 2 }, weights = { 1, -1 } }",
        "x.lua:1: tb.discrete: number 2 of the weights: expected at least 0");
    assert_mistake(
        LUA_WORLD "tb.discrete { values = { 1, 2 }, weights = { 1 } }",
        "x.lua:1: tb.discrete: expected as many weights as values, got 1 weights and 2 values");
    assert_mistake(
        LUA_WORLD "tb.discrete { values = { 1, 'two' } }",
        "x.lua:1: tb.discrete: number 2 of the values: expected a number or a duration such as "
        "\"5s\", \"30ms\" or \"2min\", got \"two\"");
    assert_mistake(
        LUA_WORLD "tb.empirical(5)",
        "x.lua:1: tb.empirical: samples: expected a list such as { 1, 2, 3 }, got number 5");
    assert_mistake(
        LUA_WORLD "tb.empirical { 5 }", "x.lua:1: tb.empirical: expected two samples at least");
}

static void a_draw_needs_the_seed(void **state)
{
    (void)state;
    assert_mistake(
        "local tb = require 'tailback' tb.exponential(1):draw()",
        "x.lua:1: call tb.scenario first: it says the seed and the duration");
}

/* The same with time enough for what takes long. */
static void assert_slow_mistake(const char *text, const char *expected)
{
    struct lua_fixture fixture;

    lua_fixture_open(&fixture);
    fixture.options.call_ms_max = 60000;
    assert_false(lua_fixture_load(&fixture, text));
    assert_string_equal(fixture.mistake, expected);
    lua_fixture_close(&fixture);
}

static void tables_cannot_fill_the_memory(void **state)
{
    (void)state;
    assert_slow_mistake(
        LUA_WORLD "local list = {} for i = 1, 400000 do list[i] = i end "
                  "for i = 1, 11 do tb.empirical(list) end",
        "x.lua:1: the tables of a scenario's distributions hold at most 4000000 values in all: "
        "make "
        "each distribution once");
}

static void a_distribution_for_each_draw_is_refused(void **state)
{
    (void)state;
    assert_slow_mistake(
        LUA_WORLD "for i = 1, 20000 do tb.uniform(0, 1):draw() end",
        "x.lua:1: draw: this is use number 10001 of a distribution: make a distribution once, not "
        "for each draw");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_distribution_has_its_mean_and_its_variance),
        cmocka_unit_test(draws_have_the_mean_that_the_distribution_says),
        cmocka_unit_test(whole_numbers_are_drawn_as_integers),
        cmocka_unit_test(durations_are_never_below_zero),
        cmocka_unit_test(a_distribution_draws_from_a_stream_of_its_own),
        cmocka_unit_test(adding_a_node_never_changes_what_another_node_draws),
        cmocka_unit_test(one_distribution_draws_other_numbers_for_another_use),
        cmocka_unit_test(what_may_be_below_zero_is_no_duration),
        cmocka_unit_test(two_distributions_that_are_equal_draw_different_numbers),
        cmocka_unit_test(a_draw_in_a_handler_allocates_nothing),
        cmocka_unit_test(a_wrong_parameter_is_named),
        cmocka_unit_test(a_wrong_table_says_which_entry),
        cmocka_unit_test(a_draw_needs_the_seed),
        cmocka_unit_test(tables_cannot_fill_the_memory),
        cmocka_unit_test(a_distribution_for_each_draw_is_refused),
    };

    return cmocka_run_group_tests_name("lua/bind_dist", tests, NULL, NULL);
}
