-- The queue loses one message in a hundred. Does a cache notice, and for how long?
--
-- What you will see: each data centre has a queue of its own, without acknowledgements, as fast as
-- can be: what gets lost between the queue and the updater is gone. Most lost changes do not matter:
-- the key changes again, or is not in the cache. A few leave an entry wrong, which nobody will
-- correct; but it lives for 15 s only. So a lossy queue is good enough here, because behind it
-- there is a time to live: the worst read is as old as that, and the 99th percentile does not move.
-- With --set model=producer_consumer the queue has leases, and repeats what was lost.
-- SPDX-License-Identifier: MIT
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario {
  title    = "Cache: the queue loses 1 %",
  question = "One change in a hundred is never heard of: how old can a read become?",
  duration = "2min",
  seed     = 8,
}

local rate  = tb.param("rate",  { default = 300, min = 10, max = 20000, unit = "requests/s per data centre" })
local loss  = tb.param("loss",  { default = 0.01, min = 0.001, max = 0.5 })
local model = tb.param("model", { default = "point_to_point", choices = { "point_to_point", "producer_consumer" } })

local sys = cache.build {
  model        = model,
  datacenters  = { "beijing", "shanghai" },
  central      = "beijing",
  requests     = tb.poisson(rate),
  keys         = 2000,
  writes       = 0.1,
  writes_until = "100s",
  quiet        = "16s", -- what is lost is corrected by the time to live only
  cache        = { ttl = "15s", capacity = 2000 },
  link         = { latency = "15ms", mode = "datagram" },
}
local fault = tb.fault.loss("beijing", "shanghai", loss)
tb.during("5s", "2min", "one packet in a hundred is lost", fault)

local staleness = tb.measures["shanghai/cache/staleness"]
tb.expect("no read is older than 16 s", sys.checks.bounded)
tb.expect("at the end every cache is as the database", sys.checks.equal)
tb.expect("every change that is heard of is in a refresh that follows it", sys.checks.contained)
tb.expect("what is not heard of is lost, unless the queue has leases", function()
  local changes = tb.measures["shanghai/cache/updated"]:value()
  return tb.fault.hit(fault) > 10 and changes > 1000
end)
tb.expect("a lost change shows: a read is older than 5 s, unless the queue has leases", function()
  return (staleness:max() > 5) == (model == "point_to_point")
end)
tb.expect("the 99th percentile hardly moves", function() return staleness:p(99):value() < 3 end)
cache.compare { sys }
