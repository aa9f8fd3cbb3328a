-- A celebrity appears: a thousand people a second ask for one page, which expires every two
-- seconds.
--
-- What you will see: two systems under one load. In both the cache answers nearly everything. But
-- whenever the hot entry expires, all who ask until the new one is there miss too. In `alone` each
-- of them asks the database: a herd of requests for one row, at once, which has to be answered
-- before the page is there again; so the herd grows while it waits, and readers of other pages wait
-- behind it. In `shared` the first asks, and the others, about fifty at each expiry, wait for its
-- answer: the database sees one request where it saw some eighty.
-- SPDX-License-Identifier: MIT
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario {
  title    = "Cache: a celebrity appears",
  question = "One page of 20,000 is asked for by everybody: what does the database notice?",
  duration = "60s",
  seed     = 5,
}

local rate = tb.param("rate", { default = 1000, min = 100, max = 20000, unit = "requests/s for one key" })

local systems, crowds = {}, {}
for index, name in ipairs { "alone", "shared" } do
  systems[index] = cache.build {
    strategy    = "ttl",
    prefix      = name .. "-",
    like        = systems[1],
    datacenters = { "beijing", "shanghai" },
    central     = "beijing",
    requests    = tb.poisson(200),
    cache       = { ttl = "2s", coalesce = name == "shared" },
    database    = { connections = 100, waiting = 1000, cores = 4, time = "10ms" },
  }
  local crowd = tb.datacenter("shanghai"):client {
    name = name .. "-crowd", key = 7, like = crowds[1],
    arrivals = tb.stages { { rate = 0, duration = "20s" }, { rate = rate } },
  }
  tb.connect(crowd, systems[index].front.shanghai)
  crowds[index] = crowd
end
tb.bookmark("20s", "the celebrity")

local function value(name) return tb.measures[name]:value() end
tb.expect("alone holds its bound", systems[1].checks.bounded)
tb.expect("so does shared", systems[2].checks.bounded)
tb.expect("shared never asks the database for more than its limit", systems[2].checks.limited)
tb.expect("each of its twenty expiries costs alone fifty fetches more than shared", function()
  return value("shanghai/alone-cache/fetches") - value("shanghai/shared-cache/fetches") > 20 * 50 * rate / 1000
end)
tb.expect("a herd waits at the database of alone, and none at that of shared", function()
  return tb.measures["beijing/alone-database/waiting"]:max() > 10
    and tb.measures["beijing/shared-database/waiting"]:max() == 0
end)
tb.expect("in shared dozens wait for one answer, at each of the twenty expiries", function()
  local each = value("shanghai/shared-cache/coalesced") / 20
  return each > 30 * rate / 1000, ("%.0f wait"):format(each)
end)
tb.expect("in alone readers of other pages, in beijing, wait five times as long", function()
  local function p99(name) return tb.measures["beijing/" .. name .. "-requests/read_latency"]:p(99):value() end
  return p99("alone") > 5 * p99("shared")
end)
cache.compare(systems)
