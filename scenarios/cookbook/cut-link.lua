-- Two data centres cannot hear each other for ten seconds: is everything as before afterwards?
--
-- Fails with --set workers=1.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "A cut", duration = "60s", seed = 1 }
local workers = tb.param("workers", { default = 4, min = 1, max = 64 })

local west, east = tb.datacenter "west", tb.datacenter "east"
tb.link(west, east, { latency = "20ms" })
local shop  = west:producer { name = "shop", arrivals = tb.poisson(100) }
local queue = east:queue { name = "orders", prefetch = 16, dedup_count = 10000 }
local clerk = east:consumer { name = "clerk", workers = workers, time = tb.exponential("8ms") }
tb.connect(shop, queue, clerk)

tb.during("20s", "30s", "the line is cut", tb.fault.cut(west, east))
tb.expect("fifteen seconds after the cut nothing waits any more", tb.eventually(function()
  return shop:held() < 10 and queue:depth() < 10
end, { from = "30s", within = "15s" }))
tb.expect("no order is lost, none is done twice", tb.checks.exactly_once)
