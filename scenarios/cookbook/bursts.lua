-- Quiet minutes, and bursts that nobody announces: how many workers does the 99th percentile need?
--
-- Fails with --set workers=4.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "Bursts at random", duration = "60s", seed = 1 }
local workers = tb.param("workers", { default = 14, min = 1, max = 64 })

local here = tb.datacenter "here"
local phones = here:producer { name = "phones", arrivals = tb.bursty {
  { rate = 20, duration = "8s" }, { rate = 300, duration = "2s" },
} }
local calls = here:queue { name = "calls", prefetch = 16 }
local desk  = here:consumer { name = "desk", workers = workers, time = tb.exponential("30ms") }
tb.connect(phones, calls, desk)

tb.expect("99 of 100 calls are taken within a second", tb.measures["latency"]:p(99):below("1s"))
