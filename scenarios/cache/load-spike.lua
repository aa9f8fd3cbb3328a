-- Ten times the load for twenty seconds, on the same popular keys.
--
-- What you will see: a cache is at its best under a spike. More requests for the same popular keys
-- are more hits, not more work: the load of the database grows far less than that of the caches.
-- The hit ratio even rises, since every key is asked for more often before it expires. The writes
-- grow tenfold too, but those of a key are read once a second at most, however many they are: three
-- changes need two readings, and the updaters' work grows seven- or eightfold.
-- SPDX-License-Identifier: MIT
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario {
  title    = "Cache: ten times the load",
  question = "Ten times the requests: how many times the load on the database?",
  duration = "80s",
  seed     = 2,
}

local base   = tb.param("base",   { default = 200, min = 10, max = 20000, unit = "requests/s per data centre" })
local factor = tb.param("factor", { default = 10, min = 2, max = 100 })

local sys = cache.build {
  datacenters  = { "beijing", "shanghai" },
  central      = "beijing",
  keys         = 5000,
  writes       = 0.05,
  cache        = { capacity = 5000 },
  requests     = tb.stages { { rate = base, duration = "20s" }, { rate = base * factor, duration = "20s" },
    { rate = base } },
  writes_until = "72s",
  updaters     = 2,
}

-- What a counter counts in a second, between two times.
local function rate_between(path, from, to)
  local first, last
  tb.at(from, function() first = tb.measures[path]:value() end)
  tb.at(to, function() last = tb.measures[path]:value() end)
  return function() return (last - first) / (tb.seconds(to) - tb.seconds(from)) end
end
local before = rate_between("beijing/database/requests", "10s", "20s")
local during = rate_between("beijing/database/requests", "25s", "40s")
local hits, misses = rate_between("beijing/cache/hits", "25s", "40s"),
  rate_between("beijing/cache/misses", "25s", "40s")
local hits_before, misses_before = rate_between("beijing/cache/hits", "10s", "20s"),
  rate_between("beijing/cache/misses", "10s", "20s")

-- The same of shanghai's two updaters together.
local function both_between(name, from, to)
  local one = rate_between("shanghai/updater.1/" .. name, from, to)
  local other = rate_between("shanghai/updater.2/" .. name, from, to)
  return function() return one() + other() end
end
local read, read_before = both_between("refreshed", "25s", "40s"), both_between("refreshed", "10s", "20s")
local changed = both_between("changes", "25s", "40s")

tb.at("20s", "the spike", function() end)
tb.at("40s", "it is over", function() end)

tb.expect("no read is older than the bound", sys.checks.bounded)
tb.expect("at the end every cache is as the database", sys.checks.equal)
tb.expect("every change is in a refresh that follows it", sys.checks.contained)
tb.expect("the database is never asked for more than its limit", sys.checks.limited)
tb.expect("the load of the database grows by less than half of the factor", function()
  return during() < 0.5 * factor * before(), ("it grew %.1f-fold"):format(during() / before())
end)
tb.expect("the hit ratio rises", function()
  return hits() / (hits() + misses()) > hits_before() / (hits_before() + misses_before())
end)
tb.expect("the updaters' work grows by less than the spike", function()
  return read() < 0.9 * factor * read_before(), ("it grew %.1f-fold"):format(read() / read_before())
end)
tb.expect("in the spike four changes need less than three readings", function()
  return read() < 0.75 * changed(), ("%.0f changes/s, %.0f readings/s"):format(changed(), read())
end)
tb.expect("readers do not notice", tb.measures["shanghai/requests/read_latency"]:p(50):below("5ms", { from = "10s" }))
tb.expect("it is fresh within 3 s all the time",
  tb.measures["shanghai/cache/staleness"]:p(99):below("3s"))
cache.compare { sys }
