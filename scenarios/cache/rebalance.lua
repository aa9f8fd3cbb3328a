-- An updater joins, another leaves. Who brings the news of its keys meanwhile?
--
-- What you will see: the keys are in eight partitions, which the updaters share. At 30 s a third
-- updater joins them, at 60 s the first leaves. Each time the partitions are shared anew, and every
-- key has an updater again at once: the offsets tell the new one where the old one was. What that
-- one had in hand is read once more, which does no harm. Each updater keeps its own record of when
-- it read a key, so the interval may be cut short once.
-- SPDX-License-Identifier: MIT
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario {
  title    = "Cache: updaters join and leave",
  question = "A key's updater leaves: does its next change get lost?",
  duration = "2min",
  seed     = 10,
}

local rate = tb.param("rate", { default = 300, min = 10, max = 20000, unit = "requests/s" })

local sys = cache.build {
  datacenters  = { "shanghai" },
  central      = "shanghai",
  requests     = tb.poisson(rate),
  keys         = 5000,
  writes       = 0.05,
  writes_until = "112s",
  partitions   = 8,
  updaters     = 3,
}
local group, takers = sys.groups.shanghai, sys.takers

tb.at("1ms", "two updaters are enough at first", function() group:leave(takers[3]) end)
tb.at("30s", "a third one joins", function() group:join(takers[3]) end)
tb.at("60s", "the first one leaves", function() group:leave(takers[1]) end)

local function refreshed(number) return tb.measures["shanghai/updater." .. number .. "/refreshed"]:value() end
local first_at_60
tb.at("61s", function() first_at_60 = refreshed(1) end)

tb.expect("no read is older than the bound", sys.checks.bounded)
tb.expect("at the end every cache is as the database", sys.checks.equal)
tb.expect("every change is in a refresh that follows it", sys.checks.contained)
tb.expect("the database is never asked for more than its limit", sys.checks.limited)
tb.expect("shanghai is fresh within 2 s all the time", tb.measures["shanghai/cache/staleness"]:p(99):below("2s"))
tb.expect("all three have worked, and the first has stopped", function()
  return refreshed(1) > 100 and refreshed(3) > 100 and refreshed(1) - first_at_60 < 10
end)
tb.expect("no change is lost", function() return tb.measures["shanghai/changes/confirmed"]:value() > 1000
  and group:lag() == 0 end)
cache.compare { sys }
