-- Somebody sends far too much: do the others notice?
--
-- Fails with --set most=1000.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "No more than so many", duration = "60s", seed = 1 }
local most = tb.param("most", { default = 30, min = 1, max = 100000 })

local here  = tb.datacenter "here"
local users = here:producer { name = "users", arrivals = tb.poisson(400), message = { user = tb.zipf(100, 2) } }
local limit = here:limiter { name = "limit", limit = most, burst = 10, over = "drop", per = "user" }
local queue = here:queue { name = "asks" }
local reply = here:consumer { name = "reply", time = tb.exponential("4ms") }
tb.connect(users, limit, queue, reply)

tb.expect("99 of 100 replies come within 100 ms", tb.measures["latency"]:p(99):below("100ms"))
