-- Nobody wants the price of a minute ago: a full queue drops its oldest.
--
-- Fails with --set when_full=block.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "The newest only", duration = "60s", seed = 1 }
local when_full = tb.param("when_full", { default = "drop_oldest", choices = { "drop_oldest", "block" } })

local here   = tb.datacenter "here"
local market = here:producer { name = "market", arrivals = tb.poisson(200) }
local prices = here:queue { name = "prices", capacity = 20, when_full = when_full, prefetch = 1 }
local screen = here:consumer { name = "screen", time = tb.exponential("10ms") }
tb.connect(market, prices, screen)

tb.expect("no price is older than a second", tb.measures["latency"]:p(100):below("1s"))
