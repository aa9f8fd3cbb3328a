-- A data centre dies for ten seconds, and comes back with a cold cache.
--
-- What you will see: two systems, side by side. At 40 s shanghai is back, with nothing in its
-- cache: every request is a miss, and all the load goes to the database at once. In `open` each
-- miss is a fetch: more come than the database can serve, each takes longer, requests are refused
-- or tried again, and the cache warms up slowly, since what it asks for comes late. In `throttled`
-- at most 8 fetches are under way: the others wait in the cache, the database works at its best,
-- and whoever asks elsewhere does not notice.
-- SPDX-License-Identifier: MIT
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario {
  title    = "Cache: a cold cache comes back",
  question = "The data centre is back: why is the database in trouble only now?",
  duration = "90s",
  seed     = 6,
}

local rate = tb.param("rate", { default = 1500, min = 10, max = 20000, unit = "requests/s per data centre" })

local systems = {}
for index, name in ipairs { "open", "throttled" } do
  systems[index] = cache.build {
    prefix       = name .. "-",
    like         = systems[1],
    datacenters  = { "beijing", "shanghai" },
    central      = "beijing",
    requests     = tb.poisson(rate),
    keys         = 8000,
    writes       = 0.005,
    link         = { latency = "5ms" },
    writes_until = "65s",
    cache        = { capacity = 8000, ttl = "20s", timeout = "500ms", fetches = name == "throttled" and 8 or 0 },
    database     = { connections = 20, waiting = 100, cores = 2, request = "1ms", time = "1ms" },
  }
end

tb.during("30s", "40s", "shanghai is dark", tb.datacenter("shanghai"):outage())

local function value(name) return tb.measures[name]:value() end
for index, name in ipairs { "open", "throttled" } do
  tb.expect(name .. ": no read is older than the bound", systems[index].checks.bounded)
  tb.expect(name .. ": at the end every cache is as its database", systems[index].checks.equal)
  tb.expect(name .. ": every change is in a refresh that follows it", systems[index].checks.contained)
end
tb.expect("throttled: the database is never asked for more than its limit", systems[2].checks.limited)
tb.expect("open: the stampede is more than the database takes", function()
  return value("beijing/open-database/refused") > 100
end)
tb.expect("throttled: readers in beijing do not notice",
  tb.measures["beijing/throttled-requests/read_latency"]:p(99):below("250ms", { from = "40s" }))
tb.expect("ten seconds later both are warm", tb.measures["shanghai/throttled-requests/read_latency"]:p(50)
  :below("5ms", { from = "50s" }))
cache.compare(systems)
