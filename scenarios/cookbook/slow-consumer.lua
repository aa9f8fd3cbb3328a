-- For ten seconds everything takes five times as long: how long does it hurt?
--
-- Fails with --set workers=1.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "A consumer that gets slow", duration = "60s", seed = 1 }
local workers = tb.param("workers", { default = 3, min = 1, max = 64 })

local here  = tb.datacenter "here"
local users = here:producer { name = "users", arrivals = tb.poisson(100) }
local queue = here:queue { name = "pages", prefetch = 16 }
local print = here:consumer { name = "print", workers = workers, time = tb.exponential("10ms") }
tb.connect(users, queue, print)

tb.during("20s", "30s", "five times as slow", tb.fault.slow(print, 5))
tb.expect("ten seconds later it is over", tb.measures["latency"]:p(99):below("200ms", { from = "41s" }))
