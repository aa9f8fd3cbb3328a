-- What a dead worker had in hand comes to another one: when?
--
-- Fails with --set lease=8s.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "A worker dies", duration = "60s", seed = 1 }
local lease = tb.param("lease", { default = "2s", min = "100ms", max = "1min" })

local here = tb.datacenter "here"
local shop = here:producer { name = "shop", arrivals = tb.poisson(100) }
local jobs = here:queue { name = "jobs", lease = lease, prefetch = 4 }
local workers = {}
for i = 1, 3 do
  workers[i] = here:consumer { name = "worker" .. i, workers = 2, time = tb.exponential("10ms") }
  tb.connect(jobs, workers[i])
end
tb.connect(shop, jobs)

tb.during("20s", "40s", "a worker is dead", workers[1]:outage())
tb.expect("every job is done exactly once", tb.checks.exactly_once)
tb.expect("no job takes longer than sixteen seconds", tb.measures["latency"]:p(100):below("16s"))
