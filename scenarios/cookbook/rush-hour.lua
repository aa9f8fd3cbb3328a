-- Ten times the orders for ten seconds: does the backlog of the rush go away?
--
-- Fails with --set workers=2.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "A rush hour", duration = "60s", seed = 1 }
local workers = tb.param("workers", { default = 4, min = 1, max = 64 })

local here = tb.datacenter "here"
local shop = here:producer { name = "shop", arrivals = tb.stages {
  { rate = 40, duration = "20s" }, { rate = 400, duration = "10s" }, { rate = 40 },
} }
local orders = here:queue { name = "orders", prefetch = 16 }
local clerk  = here:consumer { name = "clerk", workers = workers, time = tb.exponential("20ms") }
tb.connect(shop, orders, clerk)

tb.expect("20 s after the rush nobody waits", tb.measures["here/orders/depth"]:below(20, { from = "50s" }))
