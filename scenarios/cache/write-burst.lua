-- Editors at work: fifty pages are written a thousand times a second. What does the updater do?
--
-- What you will see: two systems under one load. From 20 s to 40 s there is a burst of writes of
-- the same fifty keys. In `each` every change is read by itself, up to sixteen readings at a time:
-- the database, which has the writes to do, is read as often again for each data centre, and falls
-- behind: a hundred requests and more wait for it, the editors' own writes among them, and updates
-- come seconds late. In `once` a key is read once a second at most: twenty changes of a key wait
-- together, one reading contains them all, and nobody waits for the database. Nothing is lost by it:
-- the newest version is what everybody wants, and it is a second old. After the burst both agree
-- with the database.
-- SPDX-License-Identifier: MIT
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario {
  title    = "Cache: a burst of writes, frequency control on and off",
  question = "Twenty changes of a page in a second: how many of them must be read?",
  duration = "80s",
  seed     = 9,
}

local burst = tb.param("burst", { default = 1000, min = 100, max = 5000, unit = "writes/s" })

local systems, editors = {}, {}
for index, name in ipairs { "each", "once" } do
  systems[index] = cache.build {
    prefix       = name .. "-",
    like         = systems[1],
    datacenters  = { "beijing", "shanghai" },
    central      = "beijing",
    requests     = tb.poisson(200),
    keys         = 2000,
    writes_until = "72s",
    cache        = { capacity = 2000 },
    database     = { connections = 40, waiting = 4000, cores = 2 },
    updater      = { readings = 16, interval = name == "once" and "1s" or "0s" },
  }
  editors[index] = tb.datacenter("beijing"):client {
    name = name .. "-editors", key = tb.uniform_int(0, 49), writes = 1, like = editors[1],
    arrivals = tb.stages { { rate = 0, duration = "20s" }, { rate = burst, duration = "20s" }, { rate = 0 } },
  }
  tb.connect(editors[index], systems[index].front.beijing)
end
tb.bookmark("20s", "the burst")

local function value(name) return tb.measures[name]:value() end
for index, name in ipairs { "each", "once" } do
  tb.expect(name .. ": no read is older than the bound", systems[index].checks.bounded)
  tb.expect(name .. ": at the end every cache is as its database", systems[index].checks.equal)
  tb.expect(name .. ": every change is in a refresh that follows it", systems[index].checks.contained)
end
tb.expect("once reads a tenth of the rows", function()
  return value("shanghai/once-updater.1/refreshed") < 0.1 * value("shanghai/each-updater.1/refreshed")
end)
tb.expect("once: what is read is never much older than a second",
  tb.measures["shanghai/once-cache/staleness"]:p(99):below("2s"))
tb.expect("once: the database is never asked for more than its limit", systems[2].checks.limited)
tb.expect("its database has less to do: half of it at most", function()
  return value("beijing/once-database/reads") < 0.5 * value("beijing/each-database/reads")
end)
local function waiting(name) return tb.measures["beijing/" .. name .. "-database/waiting"]:max() end
tb.expect("each: more than a hundred wait for the database; once: none", function()
  return waiting("each") > 100 and waiting("once") == 0, ("%d and %d wait"):format(waiting("each"), waiting("once"))
end)
local function p99(path) return tb.measures[path]:p(99):value() end
tb.expect("each: updates and the editors' writes come later than in once", function()
  return p99("shanghai/each-cache/update_lag") > 1.5 * p99("shanghai/once-cache/update_lag")
    and p99("beijing/each-editors/write_latency") > 5 * p99("beijing/once-editors/write_latency")
end)
cache.compare(systems)
