-- A message that has waited too long is not worth the work.
--
-- Fails with --set ttl=0s.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "Too late is never", duration = "60s", seed = 1 }
local ttl = tb.param("ttl", { default = "2s", min = "0s", max = "1min" })

local here  = tb.datacenter "here"
local users = here:producer { name = "users", arrivals = tb.poisson(150) }
local asks  = here:queue { name = "asks", time_to_live = ttl, prefetch = 1 }
local reply = here:consumer { name = "reply", time = tb.exponential("10ms") }
tb.connect(users, asks, reply)

tb.expect("who gets a reply gets it within 2.5 s", tb.measures["latency"]:p(100):below("2.5s"))
