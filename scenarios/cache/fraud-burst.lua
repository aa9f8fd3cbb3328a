-- Scrapers walk the whole key space for half a minute. Whom do they harm?
--
-- What you will see: from 20 s to 50 s twenty addresses ask for every key, one after the other, and
-- leave a comment on one page in ten. Three systems under one load, in one data centre. In `open`,
-- with LRU, each page that nobody else wants pushes out one that somebody does: the hit ratio of
-- the others falls; and the comments are changes, which flood the updater's queue: all keys are
-- different, so there is nothing to coalesce. In `s3_fifo` the admission policy lets pages that are
-- asked for once pass through a tenth of the cache: the popular ones stay. But the flood comes all
-- the same. In `limited` an address may ask twenty times a second: hardly anything happens.
-- SPDX-License-Identifier: MIT
local tb    = require "tailback"
local cache = require "systems.cache"

tb.scenario {
  title    = "Cache: scrapers walk the key space",
  question = "Nobody breaks in, and all is public: what is the harm?",
  duration = "90s",
  seed     = 11,
}

local rate = tb.param("rate", { default = 3000, min = 100, max = 20000, unit = "requests/s of the scrapers" })

local KEYS = 50000
local systems, scrapers = {}, {}
for index, name in ipairs { "open", "s3_fifo", "limited" } do
  systems[index] = cache.build {
    prefix       = name .. "-",
    like         = systems[1],
    datacenters  = { "beijing" },
    central      = "beijing",
    requests     = tb.poisson(500),
    keys         = KEYS,
    writes_until = "82s",
    limit        = name == "limited" and 20 or 0,
    cache        = { capacity = KEYS // 20, policy = name == "s3_fifo" and "s3_fifo" or "lru" },
    database     = { connections = 100, waiting = 1000, cores = 8 },
  }
  scrapers[index] = tb.datacenter("beijing"):client {
    name = name .. "-scrapers", key = 0, keys = KEYS, drift_every = 1 / rate, drift_by = 1, writes = 0.1,
    address = tb.uniform_int(10001, 10020), like = scrapers[1], tries = 1,
    arrivals = tb.stages { { rate = 0, duration = "20s" }, { rate = rate, duration = "30s" }, { rate = 0 } },
  }
  tb.connect(scrapers[index], systems[index].front.beijing)
end
tb.bookmark("20s", "the scrapers come")

-- The share of hits in the second after the scrapers have gone: only the others ask then.
local after = {}
tb.at("50s", function()
  for index, sys in ipairs(systems) do
    local path = tostring(sys.caches.beijing)
    after[index] = { tb.measures[path .. "/hits"]:value(), tb.measures[path .. "/misses"]:value() }
  end
end)
tb.at("51s", "the scrapers have gone", function()
  for index, sys in ipairs(systems) do
    local path = tostring(sys.caches.beijing)
    local hits = tb.measures[path .. "/hits"]:value() - after[index][1]
    after[index] = hits / (hits + tb.measures[path .. "/misses"]:value() - after[index][2])
  end
  tb.log("hits in the second after the scrapers: open %.1f %%, s3_fifo %.1f %%, limited %.1f %%",
    100 * after[1], 100 * after[2], 100 * after[3])
end)

local function most(name) return tb.measures[name]:max() end
for index, name in ipairs { "open", "s3_fifo", "limited" } do
  tb.expect(name .. ": no read is older than the bound", systems[index].checks.bounded)
  tb.expect(name .. ": at the end the cache is as its database", systems[index].checks.equal)
  tb.expect(name .. ": the database is never asked for more than its limit", systems[index].checks.limited)
end
tb.expect("what the scrapers leave behind: s3_fifo hits more than LRU, and limited more", function()
  return after[2] > after[1] + 0.05 and after[3] > after[1] + 0.05,
    ("hits right after: %.3f, %.3f, %.3f"):format(after[1], after[2], after[3])
end)
tb.expect("the comments flood the updater, unless addresses are limited", function()
  return tb.measures["beijing/open-updater.1/changes"]:value()
    > 3 * tb.measures["beijing/limited-updater.1/changes"]:value()
end)
tb.expect("the queue is never long where addresses are limited", function()
  return most("beijing/limited-queue/depth") < most("beijing/open-queue/depth") / 2
end)
cache.compare(systems)
