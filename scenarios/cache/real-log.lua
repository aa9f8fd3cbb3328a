-- The log of a real web site, played back: what would a cache have made of it?
--
-- What you will see: two thousand requests of May 2015, a thousand times faster than they were. The
-- log has the fifth minute past each of seventeen hours, and the first requests of an eighteenth: so
-- there is a burst every 3.6 s, and nothing in between. What was asked for is the log's; it has no
-- writes, so which requests write is drawn, one in fifty. Three systems: in `all` everything has
-- room; in `lru` and `s3_fifo` fifty of some six hundred pages have. Most of the requests are for a
-- few pages, and most of the pages are asked for once or twice, which LRU takes in as willingly as
-- any other: S3-FIFO lets them pass, and hits more. Nothing ever hits a page that nobody has asked
-- for before: `all` shows how far any cache can get. Put your own log beside this file, and name it
-- here: any in the Common Log Format will do.
-- SPDX-License-Identifier: MIT
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario {
  title    = "Cache: a real web log",
  question = "Most pages are asked for once: how many requests can a cache of fifty answer?",
  duration = "63s",
  seed     = 13,
}

local capacity = tb.param("capacity", { default = 50, min = 10, max = 600, unit = "pages" })

local systems = {}
for index, name in ipairs { "all", "lru", "s3_fifo" } do
  systems[index] = cache.build {
    prefix       = name .. "-",
    like         = systems[1],
    datacenters  = { "beijing" },
    central      = "beijing",
    requests     = tb.recording("access.log", { faster = 1000 }),
    keys         = 1000000,
    writes_until = "50s",
    quiet        = "5s",
    cache        = { capacity = name == "all" and 10000 or capacity, ttl = "30s",
      policy = name == "s3_fifo" and "s3_fifo" or "lru" },
  }
end

local function value(name) return tb.measures["beijing/" .. name]:value() end
for index, name in ipairs { "all", "lru", "s3_fifo" } do
  tb.expect(name .. ": no read is older than the bound", systems[index].checks.bounded)
  tb.expect(name .. ": every change is in a refresh that follows it", systems[index].checks.contained)
end
tb.expect("all: at the end it is as its database", systems[1].checks.equal)
tb.expect("all of the log was played", function()
  return value("all-requests/reads") + value("all-requests/writes") == 2000
end)
tb.expect("S3-FIFO hits more than LRU, and less than where all has room", function()
  return value("s3_fifo-cache/hits") > value("lru-cache/hits") and value("all-cache/hits") > value("s3_fifo-cache/hits")
end)
cache.compare(systems)
