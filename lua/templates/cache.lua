-- Pages of a web site are read from caches in two data centres, and written in a database; the service
-- that brings the news to one of the caches fails for a while.
--
-- Change anything here and run it again. Where to look things up: tailback api NAME.
-- SPDX-License-Identifier: MIT
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario {
  title    = "My first cache scenario",
  question = "Nobody brings news for twenty seconds: how old can a read become?",
  duration = "60s", -- of virtual time: the run takes a fraction of a second
  seed     = 1,     -- the same seed is the same run, bit for bit
}

-- Knobs: tailback run FILE --set strategy=ttl
local rate     = tb.param("rate", { default = 200, min = 10, max = 20000, unit = "requests/s per data centre" })
local strategy = tb.param("strategy", {
  default = "update", choices = { "ttl", "invalidate", "update", "write_through" },
})

local sys = cache.build {
  datacenters  = { "north", "south" },
  central      = "north", -- the database is here
  strategy     = strategy,
  requests     = tb.poisson(rate),
  keys         = 5000,
  writes       = 0.05,
  writes_until = "45s", -- so that the caches can agree with the database at the end
  bound        = "12s",
  cache        = { ttl = "10s" }, -- an entry is forgotten after this, whatever happens
}

-- What goes wrong, and when. Of the strategies only update has updaters.
if strategy == "update" then
  tb.during("20s", "40s", "the updater of south is down", tb.fault.outage(sys.updaters[2]))
  tb.during("20s", "40s", "and what takes changes for it", tb.fault.outage(sys.takers[2]))
end

-- What must hold. A check that fails says when it first did, and ends the run with status 1.
tb.expect("no read is older than 12 s", sys.checks.bounded)
tb.expect("at the end every cache is as the database", sys.checks.equal)
if strategy == "update" then
  tb.expect("the north does not notice", tb.measures["north/cache/staleness"]:p(99):below("2s"))
end
