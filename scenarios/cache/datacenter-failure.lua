-- A data centre dies for ten seconds, and comes back with a cold cache.
--
-- What you will see: two systems, side by side. At 40 s shanghai is back, with nothing in its
-- cache: every request is a miss, and all the load goes to the database at once. In `open` each
-- miss is a fetch: more come than the database can serve, it refuses two thousand, and for three
-- seconds it is busy for everybody: readers in beijing, whose cache is warm, wait for their few
-- misses too. In `throttled` at most 8 fetches of a cache are under way, the others wait in it: the
-- database refuses nobody, and beijing does not notice. It is shanghai that pays: of its readers
-- one in a hundred waits for half a second, in some seconds for more than one, and it takes longer
-- to be warm. Ten seconds after its return all is as before in both.
-- SPDX-License-Identifier: MIT
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario {
  title    = "Cache: a cold cache comes back",
  question = "The data centre is back: why is the database in trouble only now?",
  duration = "90s",
  seed     = 6,
}

local rate = tb.param("rate", { default = 2500, min = 10, max = 20000, unit = "requests/s per data centre" })

local systems = {}
for index, name in ipairs { "open", "throttled" } do
  systems[index] = cache.build {
    prefix       = name .. "-",
    like         = systems[1],
    datacenters  = { "beijing", "shanghai" },
    central      = "beijing",
    requests     = tb.stages { { rate = 300, duration = "15s" }, { rate = rate } }, -- the caches warm up
    keys         = 8000,
    writes       = 0.005,
    link         = { latency = "5ms" },
    writes_until = "82s",
    cache        = { capacity = 8000, ttl = "20s", timeout = "500ms", fetches = name == "throttled" and 8 or 0 },
    database     = { connections = 20, waiting = 100, cores = 2, request = "1ms", time = "1ms" },
  }
end

tb.during("30s", "40s", "shanghai is dark", tb.datacenter("shanghai"):outage())

local function refused(name) return tb.measures["beijing/" .. name .. "-database/refused"]:value() end
local function latency(place, name) return tb.measures[place .. "/" .. name .. "-requests/read_latency"]:p(99) end
local refused_before
tb.at("40s", function() refused_before = refused("open") end)

for index, name in ipairs { "open", "throttled" } do
  tb.expect(name .. ": no read is older than the bound", systems[index].checks.bounded)
  tb.expect(name .. ": at the end every cache is as its database", systems[index].checks.equal)
  tb.expect(name .. ": every change is in a refresh that follows it", systems[index].checks.contained)
end
tb.expect("throttled: the database is never asked for more than its limit", systems[2].checks.limited)
tb.expect("open: the stampede is more than the database takes", function()
  local since = refused("open") - refused_before
  return since > 1000, ("it refused %d from the return on"):format(since)
end)
tb.expect("open: readers in beijing wait too", latency("beijing", "open"):above("100ms", { from = "40s", to = "43s" }))
tb.expect("throttled: readers in beijing do not notice",
  latency("beijing", "throttled"):below("100ms", { from = "40s" }))
tb.expect("throttled: it is shanghai that pays",
  latency("shanghai", "throttled"):above("500ms", { from = "41s", to = "44s" }))
for _, name in ipairs { "open", "throttled" } do
  tb.expect(name .. ": ten seconds later shanghai is warm", latency("shanghai", name):below("100ms", { from = "50s" }))
end
cache.compare(systems)
