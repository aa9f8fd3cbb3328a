/* Tests of lua/systems/cache.lua against closed forms: the same formulas as in
 * tests/test_theory_operators.c, through everything that a scenario is made of. */
/* SPDX-License-Identifier: MIT */
#include "lua_fixture.h"

/* Ten keys, each read at rate r and written at rate w, which live for T seconds; what is not the
 * time to live takes no time. Prints theory and measurement, and whether they agree within
 * `within`.
 */
static const char expiring[] =
    "local tb, cache = require 'tailback', require 'systems.cache' "
    "tb.scenario { title = 't', duration = '12000s', seed = 7 } "
    "local K, r, w, T = 10, 2, 0.25, 4 "
    "local sys = cache.build { strategy = 'ttl', datacenters = { 'a' }, central = 'a', keys = K,"
    "  popularity = tb.uniform_int(0, K - 1), requests = tb.poisson(K * (r + w)),"
    "  writes = w / (r + w), cache = { capacity = 20, ttl = T, jitter = 0 },"
    "  database = { request = 0, time = 0 } } "
    "local function value(name) return tb.measures['a/cache/' .. name]:value() end "
    "local function agree(what, theory, measured, within) "
    "  local difference = math.abs(measured / theory - 1) "
    "  print(what, difference < within or ('%g, not %g'):format(measured, theory)) end "
    "tb.expect('bounded', sys.checks.bounded) "
    "tb.at_end(function() "
    "  local reads, e = value 'hits' + value 'misses', math.exp(-w * T) "
    "  agree('hits', r * T / (1 + r * T), value 'hits' / reads, 0.005) "
    "  agree('stale', r * (T - (1 - e) / w) / (1 + r * T), value 'stale' / reads, 0.02) "
    "  agree('age', r * (T / w - (2 - e * (2 + w * T)) / w ^ 2) / (1 + r * T),"
    "    tb.measures['a/cache/staleness']:mean(), 0.03) return true end)";

static void an_expiring_cache_hits_and_is_stale_as_renewal_theory_says(void **state)
{
    (void)state;
    assert_prints(expiring, "hits\ttrue\nstale\ttrue\nage\ttrue\n");
}

/* Five thousand keys by Zipf's law, a tenth of which has room. Che, Tung and Wang ("Hierarchical
 * web caching systems", IEEE JSAC 20, 2002): a key of popularity p is held with probability
 * 1 - exp(-p t), where t is such that these add up to the capacity. */
static const char full[] =
    "local tb, cache = require 'tailback', require 'systems.cache' "
    "tb.scenario { title = 't', duration = '2000s', seed = 7 } "
    "local K, C = 5000, 500 "
    "local sys = cache.build { strategy = 'ttl', datacenters = { 'a' }, central = 'a', keys = K,"
    "  popularity = tb.zipf(K, 1), requests = tb.poisson(200), writes = 0, bound = '1s',"
    "  cache = { capacity = C, ttl = 0 }, database = { request = 0, time = 0 } } "
    "local function held(t, weigh) local sum, total = 0, 0 "
    "  for i = 1, K do total = total + 1 / i end "
    "  for i = 1, K do local p = 1 / i / total "
    "    sum = sum + (weigh and p or 1) * (1 - math.exp(-p * t)) end return sum end "
    "local low, high = 0, 1e6 "
    "for _ = 1, 40 do local t = (low + high) / 2 "
    "  if held(t) < C then low = t else high = t end end "
    "local theory = held(low, true) "
    "tb.expect('bounded', sys.checks.bounded) "
    "tb.at_end(function() "
    "  local hits = tb.measures['a/cache/hits']:value() "
    "  local ratio = hits / (hits + tb.measures['a/cache/misses']:value()) "
    "  print(theory > 0.5, math.abs(ratio / theory - 1) < 0.02 or ratio / theory) "
    "  return true end)";

static void lru_hits_as_often_as_che_says(void **state)
{
    (void)state;
    assert_prints(full, "true\ttrue\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_expiring_cache_hits_and_is_stale_as_renewal_theory_says),
        cmocka_unit_test(lru_hits_as_often_as_che_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
