-- Four ways to bring a write to the caches, side by side on one load.
--
-- What you will see: the same requests meet four systems of two data centres each; what is popular
-- changes every 25 s, and so does what is written, which is what people look at. In `ttl` nobody is
-- told of a write, and an entry lives for 20 s: nothing is simpler, and reads are as stale as that.
-- `invalidate` and `write_through` tell the other cache once, at once: nothing is fresher, until at
-- 40 s the link between the data centres is cut for 5 s: what was said then was never heard, and
-- stays wrong until the entry expires. `update` takes a second, since no key is read more often;
-- but the queue keeps what could not be delivered, and a few seconds after the cut shanghai is fresh
-- again: its worst read is the freshest of all. The database has least to do in `write_through`,
-- which brings the version along; then in `ttl`; more in `update`, which reads what changed; most in
-- `invalidate`, which has what it forgot fetched again. The table at the end says who wins at what,
-- and where the best are within a hundredth of each other: argue about it.
-- SPDX-License-Identifier: MIT
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario {
  title    = "Cache: four strategies on one load",
  question = "Which strategy is best: and at what?",
  duration = "100s",
  seed     = 3,
}

local rate   = tb.param("rate",   { default = 200, min = 10, max = 20000, unit = "requests/s per data centre" })
local writes = tb.param("writes", { default = 0.05, min = 0.001, max = 1, unit = "share of the requests" })

local systems, of = {}, {}
for index, strategy in ipairs { "ttl", "invalidate", "update", "write_through" } do
  systems[index] = cache.build {
    strategy     = strategy,
    prefix       = strategy .. "-",
    like         = systems[1],
    datacenters  = { "beijing", "shanghai" },
    central      = "beijing",
    requests     = tb.poisson(rate),
    writes       = writes,
    writes_until = "92s",
    quiet        = strategy ~= "ttl" and "7s" or nil,
    drift_every  = "25s",
    drift_by     = 50,
    link         = { latency = "15ms", mode = "datagram" },
    model        = "producer_consumer",
  }
  of[strategy] = systems[index]
end

tb.during("40s", "45s", "beijing and shanghai cannot hear each other", tb.fault.cut("beijing", "shanghai"))

for _, strategy in ipairs { "ttl", "invalidate", "update", "write_through" } do
  local checks = of[strategy].checks
  tb.expect(strategy .. ": no read is older than the time to live allows", checks.bounded)
  tb.expect(strategy .. ": at the end every cache is as its database", checks.equal)
end
tb.expect("update: every change is in a refresh that follows it", of.update.checks.contained)

local function staleness(strategy) return tb.measures["shanghai/" .. strategy .. "-cache/staleness"] end
tb.expect("write_through is fresh within 100 ms until the cut",
  staleness("write_through"):p(99):below("100ms", { to = "40s" }))
tb.expect("update is fresh within 2 s until the cut", staleness("update"):p(99):below("2s", { to = "40s" }))
tb.expect("update is so again 5 s after the cut", staleness("update"):p(99):below("2s", { from = "50s" }))
tb.expect("what the other two did not hear stays wrong until it expires", function()
  return math.max(staleness("invalidate"):max(), staleness("write_through"):max()) > 7
end)
tb.expect("update has the freshest worst read", function()
  local worst = staleness("update"):max()
  return worst < staleness("invalidate"):max() and worst < staleness("write_through"):max()
    and worst < staleness("ttl"):max(), ("it was %.1f s old"):format(worst)
end)
tb.expect("on average ttl is ten times as stale as any other", function()
  local mean = staleness("ttl"):mean()
  return mean > 10 * staleness("invalidate"):mean() and mean > 10 * staleness("write_through"):mean()
    and mean > 10 * staleness("update"):mean()
end)
local function asked(strategy) return tb.measures["beijing/" .. strategy .. "-database/requests"]:value() end
tb.expect("the database is asked least by write_through, then ttl, update, and invalidate", function()
  return asked("write_through") < asked("ttl") and asked("ttl") < asked("update")
    and asked("update") < asked("invalidate")
end)
cache.compare(systems)
