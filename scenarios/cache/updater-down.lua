-- The cache updater dies for a minute. Does anybody read yesterday's news?
--
-- What you will see: until 30 s what is read is fresh within a second or so. Then the updaters of
-- shanghai die; those of beijing go on. In shanghai nobody brings news any more, and reads grow
-- stale, but only so far: an entry lives for 20 s at most, and then is fetched. That is what a time
-- to live behind an updater is for: it makes the loss of a service a bounded staleness. Meanwhile
-- the queue keeps the changes; at 90 s the updaters are back, go on behind what they had committed,
-- and seconds later shanghai is as fresh as before. With --set ttl=0s there is no safety net.
-- SPDX-License-Identifier: MIT
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario {
  title    = "Cache: the updater is down",
  question = "Nobody brings news for a minute: how old can a read become?",
  duration = "2min",
  seed     = 4,
}

local rate = tb.param("rate", { default = 300, min = 10, max = 20000, unit = "requests/s per data centre" })
local ttl  = tb.param("ttl",  { default = "20s", min = "0s", max = "2min" })

local sys = cache.build {
  datacenters  = { "beijing", "shanghai" },
  central      = "beijing",
  requests     = tb.poisson(rate),
  keys         = 5000,
  writes       = 0.05,
  writes_until = "112s",
  bound        = "21s",
  cache        = { ttl = ttl },
}

tb.during("30s", "90s", "the updater of shanghai is down", {
  start = function() sys.updaters[2]:crash() sys.takers[2]:crash() end,
  stop = function() sys.updaters[2]:restart() sys.takers[2]:restart() end,
})

local staleness = tb.measures["shanghai/cache/staleness"]
tb.expect("no read is older than 21 s", sys.checks.bounded)
tb.expect("at the end every cache is as the database", sys.checks.equal)
tb.expect("every change is in a refresh that follows it", sys.checks.contained)
tb.expect("the database is never asked for more than its limit", sys.checks.limited)
tb.expect("until then shanghai is fresh within 2 s", staleness:p(99):below("2s", { to = "30s" }))
tb.expect("without its updater it is not", function() return staleness:max() > 5 end)
tb.expect("beijing does not notice", tb.measures["beijing/cache/staleness"]:p(99):below("2s"))
tb.expect("5 s after its return shanghai is fresh again", staleness:p(99):below("2s", { from = "95s" }))
cache.compare { sys }
