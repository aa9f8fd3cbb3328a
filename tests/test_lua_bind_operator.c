/* Tests of lua/bind_operator: every operator from a scenario, on its own and with the others. */
/* SPDX-License-Identifier: MIT */
#include "lua_fixture.h"

#define COUNTER(path) "tb.measures['" path "']:value()"

static void a_router_spreads_over_the_queues_in_the_order_of_their_connection(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local p = dc:producer { name = 'p', arrivals = tb.periodic '100ms',"
                  "  message = { key = tb.uniform_int(0, 9) } } "
                  "local r = dc:router { name = 'r', by = 'range', below = { 5 } } "
                  "local low, high = dc:queue { name = 'low' }, dc:queue { name = 'high' } "
                  "tb.connect(p, r, low) tb.connect(r, high) "
                  "tb.at(9.95, function() print(low:depth() + high:depth(), low:depth() > 30,"
                  "  high:depth() > 30, low:depth() == " COUNTER("a/r/to0") ") end)",
        "99\ttrue\ttrue\ttrue\n");
}

static void a_limiter_lets_so_many_pass(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local p = dc:producer { name = 'p', arrivals = tb.periodic '10ms' } "
                  "local l = dc:limiter { name = 'l', limit = 20, over = 'drop' } "
                  "local q = dc:queue { name = 'q' } "
                  "tb.connect(p, l, q) "
                  "tb.at(9.95, function() print(q:depth() >= 198 and q:depth() <= 200) end)",
        "true\n");
}

static void a_chain_of_operators_leads_to_the_ledger(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local p = dc:producer { name = 'p', arrivals = tb.periodic '100ms',"
                  "  message = { value = 1, user = tb.uniform_int(1, 3) } } "
                  "local q = dc:queue { name = 'q' } "
                  "local c = dc:consumer { name = 'c', time = '1ms' } "
                  "local d = dc:deduplicator { name = 'd' } "
                  "local f = dc:detector { name = 'f', rules = { { by = { 'user', 'key' },"
                  "  within = '1s', more_than = 2 } } } "
                  "local k = dc:coordinator { name = 'k' } "
                  "local s = dc:singleton { name = 's' } "
                  "local g = dc:fence { name = 'g' } "
                  "local l = dc:ledger { name = 'l' } "
                  "tb.connect(p, q, c, d, f, s, g, l) tb.connect(k, s) "
                  "tb.expect('one at a time', g:single()) "
                  "tb.at(9.95, function() print(s:is_active(), " COUNTER(
                      "a/l/charged") " > 90, " COUNTER("a/f/flagged") " > 10) end)",
        "true\ttrue\ttrue\n");
}

static void a_client_reads_through_a_cache(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local c = dc:client { name = 'c', arrivals = tb.periodic '10ms',"
                  "  key = tb.uniform_int(0, 9), writes = 0.1 } "
                  "local h = dc:cache { name = 'h', capacity = 100, ttl = '5s', jitter = 0.1 } "
                  "local d = dc:database { name = 'd', rows = 10 } "
                  "tb.connect(c, h, d) "
                  "tb.at(9.95, function() print(" COUNTER("a/c/answered") " > 980, " COUNTER(
                      "a/h/hits") " > 850, " COUNTER("a/d/writes") " > 60) end)",
        "true\ttrue\ttrue\n");
}

/* A producer follows the database; the updater brings what it tells of to the cache. */
static void an_updater_follows_the_changes_of_a_database(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local c = dc:client { name = 'c', arrivals = tb.periodic '10ms',"
                  "  key = tb.uniform_int(0, 9), writes = 0.1, writes_until = '8s' } "
                  "local h = dc:cache { name = 'h', capacity = 100, ttl = 0,"
                  "  when_written = 'keep' } "
                  "local d = dc:database { name = 'd', rows = 10 } "
                  "local p = dc:producer { name = 'p', arrivals = d:changes() } "
                  "local q = dc:queue { name = 'q' } "
                  "local t = dc:consumer { name = 't', time = 0 } "
                  "local u = dc:updater { name = 'u', interval = '100ms' } "
                  "tb.connect(c, h, d) tb.connect(p, q, t, u, d) tb.connect(u, h) "
                  "tb.expect('bounded', h:bounded '500ms') tb.expect('equal', h:equal '1s') "
                  "tb.expect('contained', u:contained '1s') tb.expect('limited', d:limited()) "
                  "tb.at(9.9, function() print(" COUNTER("a/p/arrived") " == " COUNTER("a/d/writes") ", " COUNTER(
                      "a/h/updated") " > 50, " COUNTER("a/u/changes") " == " COUNTER("a/d/writes") ") end)",
        "true\ttrue\ttrue\n");
}

/* Fifty keys that always change, for ten seconds, and one reading of each a second: so many are
 * read in partitions, of which each key has one; and more by a pool that shares all keys. */
static void in_partitions_a_key_is_read_once_an_interval(void **state)
{
    static const char pool[] =
        "local tb, cache = require 'tailback', require 'systems.cache' "
        "tb.scenario { title = 't', duration = '10s', seed = 1 } "
        "for _, partitions in ipairs { 1, 4 } do "
        "  local sys = cache.build { model = 'producer_consumer', prefix = 'p' .. partitions,"
        "    partitions = partitions, updaters = 4 // partitions, datacenters = { 'a' },"
        "    central = 'a', keys = 50, popularity = tb.uniform_int(0, 49), writes = 1,"
        "    requests = tb.poisson(1000) } "
        "  tb.expect('contained' .. partitions, sys.checks.contained) "
        "  tb.at_end(function() local sum = 0 "
        "    for _, updater in ipairs(sys.updaters) do "
        "      sum = sum + tb.measures[tostring(updater) .. '/refreshed']:value() end "
        "    print(#sys.updaters, sum > 400 and sum <= 550, sum > 1000) return true end) "
        "end";

    (void)state;
    assert_prints(pool, "4\tfalse\ttrue\n4\ttrue\tfalse\n");
}

static void a_cache_tells_others_of_writes(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local d = dc:database { name = 'd', rows = 10 } "
                  "local c = dc:client { name = 'c', arrivals = tb.periodic '10ms',"
                  "  key = tb.uniform_int(0, 9), writes = 1 } "
                  "local h, g = dc:cache { name = 'h' }, dc:cache { name = 'g' } "
                  "tb.connect(c, h, d) tb.connect(g, d) h:tells(g) "
                  "tb.at(9.9, function() print(" COUNTER("a/g/updated") " > 900) end)",
        "true\n");
}

static void another_candidate_takes_over_from_one_that_is_paused(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local k = dc:coordinator { name = 'k' } "
                  "local l, g = dc:ledger { name = 'l' }, dc:fence { name = 'g', fencing = false } "
                  "local s, t = dc:singleton { name = 's' }, dc:singleton { name = 't' } "
                  "tb.connect(k, s, g, l) tb.connect(k, t, g) "
                  "tb.during('2s', '6s', 'a long pause', tb.fault.pause(s)) "
                  "tb.at('1s', function() print(s:is_active(), t:is_active()) end) "
                  "tb.at('5s', function() print(s:is_active(), t:is_active()) end) "
                  "tb.at('7s', function() print(s:is_active(), t:is_active()) s:crash() "
                  "print(s:is_up()) end)",
        "true\tfalse\nfalse\ttrue\nfalse\ttrue\nfalse\n");
}

static void what_does_not_fit_is_said(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "dc:router { name = 'r', by = 'table' }",
        "x.lua:1: dc:router: by = \"table\" needs the field 'keys'");
    assert_mistake(
        LUA_WORLD "dc:detector { name = 'f', rules = {} }",
        "x.lua:1: dc:detector: expected 1 to 4 rules, such as { by = \"user\", within = \"10s\", "
        "more_than = 20 }, got 0");
    assert_mistake(
        LUA_WORLD "local l = dc:limiter { name = 'l', limit = 1 } "
                  "local a, b = dc:queue { name = 'qa' }, dc:queue { name = 'qb' } "
                  "tb.connect(l, a)\ntb.connect(l, b)",
        "x.lua:2: a/l passes on to a/qa already: a limiter has one target");
    assert_mistake(
        LUA_WORLD "dc:limiter { name = 'l', limit = 1, period = '100h', burst = 1000000000 }",
        "x.lua:1: limiter 'l': 1 in 360000000000000 ns with bursts of 1000000000 cannot be "
        "counted: "
        "each must be above 0, and burst x period at most 2305843009213693951");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_router_spreads_over_the_queues_in_the_order_of_their_connection),
        cmocka_unit_test(a_limiter_lets_so_many_pass),
        cmocka_unit_test(a_chain_of_operators_leads_to_the_ledger),
        cmocka_unit_test(a_client_reads_through_a_cache),
        cmocka_unit_test(an_updater_follows_the_changes_of_a_database),
        cmocka_unit_test(in_partitions_a_key_is_read_once_an_interval),
        cmocka_unit_test(a_cache_tells_others_of_writes),
        cmocka_unit_test(another_candidate_takes_over_from_one_that_is_paused),
        cmocka_unit_test(what_does_not_fit_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
