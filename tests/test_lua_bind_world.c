/* Tests of lua/bind_world: data centres, links and distributions. */
/* SPDX-License-Identifier: MIT */
#include "world/datacenter.h"
#include "world/link.h"

#include "lua_fixture.h"

static void a_data_centre_fails_and_recovers(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local q = dc:queue { name = 'q' } "
                  "tb.at(1, function() dc:fail() print(dc:has_failed(), q:is_up()) end) "
                  "tb.at(2, function() dc:recover() print(dc:has_failed(), q:is_up()) end)",
        "true\tfalse\nfalse\ttrue\n");
}

static void a_link_has_its_latency_and_its_bandwidth(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_true(lua_fixture_load(
        &fixture,
        LUA_WORLD
        "tb.datacenter 'b' tb.link('a', dc == dc and 'b', { latency = '30ms', bandwidth = "
        "'1Gbit/s' })"));
    const struct world *world = script_runtime_world(fixture.runtime);
    const struct world_link *link =
        world_link_between(world_datacenter_find(world, "a"), world_datacenter_find(world, "b"));
    assert_non_null(link);
    assert_true(link->config.bandwidth > 0.999e9 && link->config.bandwidth < 1.001e9);
    assert_true(sim_dist_mean(&link->config.latency) > 0.0299);
    assert_true(sim_dist_mean(&link->config.latency) < 0.0301);
    lua_fixture_close(&fixture);
}

/* The same system in three data centres: two on the same draws, one on its own. */
static void two_data_centres_can_draw_the_same(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "local out = tb.datacenter('out', {}) "
        "for name, as in pairs { b = 'b', c = 'b', e = 'e' } do "
        "  local here = tb.datacenter(name, { draws_as = as }) "
        "  tb.link(here, out, { latency = tb.exponential '5ms', mode = 'datagram' }) "
        "  local p = here:producer { name = 'p', arrivals = tb.poisson(100) } "
        "  local q = out:queue { name = 'q' .. name } "
        "  local k = here:consumer { name = 'k', time = tb.exponential '1ms' } "
        "  tb.connect(p, q, k) "
        "  tb.during(1, 9, tb.fault.loss(name, out, 0.1)) "
        "end "
        "tb.at(10, function() "
        "  local function of(name) local m = tb.measures "
        "    return m[name .. '/p/sent']:value(), m[name .. '/k/latency']:max() end "
        "  local sent_b, max_b = of 'b' local sent_c, max_c = of 'c' local _, max_e = of 'e' "
        "  print(sent_b > 900, sent_b == sent_c, max_b == max_c, max_b == max_e) "
        "end)",
        "true\ttrue\ttrue\tfalse\n");
    assert_mistake(
        LUA_WORLD "tb.datacenter('a', { draws_as = 'b' })",
        "x.lua:1: tb.datacenter: draws_as: 'a' is there already: say it at the first call");
}

static void a_link_joins_data_centres_that_exist(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.datacenter 'shanghai' tb.link('a', 'shangai', { latency = 0 })",
        "x.lua:1: tb.link: there is no data centre 'shangai', did you mean 'shanghai'?");
    assert_mistake(
        LUA_WORLD "tb.link('a', 5, { latency = 0 })",
        "x.lua:1: tb.link: expected a data centre or its name, got number 5");
    assert_mistake(
        LUA_WORLD
        "tb.datacenter 'b' tb.link('a', 'b', { latency = 0 }) tb.link('a', 'b', { latency = 0 })",
        "x.lua:1: 'a' and 'b' are joined by a link already");
    assert_mistake(
        LUA_WORLD "tb.datacenter 'b' tb.link('a', 'b', { latency = 0, bandwidth = 5 })",
        "x.lua:1: field 'bandwidth' of tb.link: expected a bandwidth such as \"100Mbit/s\" or "
        "\"1Gbit/s\", got number 5");
}

static void nodes_that_no_link_joins_cannot_be_connected(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_false(lua_fixture_load(
        &fixture,
        LUA_WORLD "local p = tb.datacenter('b'):producer { name = 'p', arrivals = tb.poisson(1) } "
                  "local q = dc:queue { name = 'q' }\ntb.connect(p, q)\nlocal x"));
    assert_true(g_str_has_prefix(fixture.mistake, "x.lua:2: no link joins 'b' and 'a'"));
    lua_fixture_close(&fixture);
}

static void distributions_have_their_means(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "for _, d in ipairs { tb.constant(3), tb.uniform(1, 2), tb.uniform_int(1, 6), "
        "tb.exponential('2ms'), tb.normal('30ms', 0.004) } do print(('%.6g'):format(d:mean())) "
        "end",
        "3\n1.5\n3.5\n0.002\n0.03\n");
}

static void a_wrong_parameter_is_named(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.normal('30ms', '-4ms')",
        "x.lua:1: tb.normal: deviation must be at least 0, got \"-4ms\"");
    assert_mistake(
        LUA_WORLD "tb.zipf(2.5, 1)",
        "x.lua:1: tb.zipf: count must be an integer, at least 1, got number 2.5");
    assert_mistake(
        LUA_WORLD "tb.uniform(2, 1)",
        "x.lua:1: tb.uniform: high must be at least low, got number 1");
    assert_mistake(
        LUA_WORLD "tb.lognormal('1s', 1)",
        "x.lua:1: tb.lognormal: mu: expected a number, got \"1s\"");
    assert_mistake(
        LUA_WORLD "tb.exponential(1, 2)", "x.lua:1: tb.exponential takes mean and no more");
    assert_mistake(
        LUA_WORLD "tb.poisson(0)",
        "x.lua:1: tb.poisson: rate: expected a rate above 0, got number 0");
    assert_mistake(
        LUA_WORLD "tb.exponential(1 / 0)",
        "x.lua:1: tb.exponential: mean: expected a number, got number inf");
}

static void a_distribution_of_durations_is_not_one_of_numbers(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "dc:producer { name = 'p', arrivals = tb.poisson '60/min', message = { key = "
                  "tb.exponential('1s') } }",
        "x.lua:1: message: key: expected a distribution of numbers, not of durations, got a "
        "distribution");
    assert_mistake(
        LUA_WORLD "dc:producer { name = 'p', arrivals = tb.exponential('1s') }",
        "x.lua:1: field 'arrivals' of dc:producer: expected an arrival process such as "
        "tb.poisson(800), got a distribution\n"
        "x.lua:1: producer 'a/p' sends to no queue: tb.connect(producer, queue)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_data_centre_fails_and_recovers),
        cmocka_unit_test(a_link_has_its_latency_and_its_bandwidth),
        cmocka_unit_test(two_data_centres_can_draw_the_same),
        cmocka_unit_test(a_link_joins_data_centres_that_exist),
        cmocka_unit_test(nodes_that_no_link_joins_cannot_be_connected),
        cmocka_unit_test(distributions_have_their_means),
        cmocka_unit_test(a_wrong_parameter_is_named),
        cmocka_unit_test(a_distribution_of_durations_is_not_one_of_numbers),
    };

    return cmocka_run_group_tests_name("lua/bind_world", tests, NULL, NULL);
}
