-- The statistics were wrong: have the group read the last ten seconds once more.
--
-- Fails with --set keep=2s.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "Read it again", duration = "60s", seed = 1 }
local keep = tb.param("keep", { default = "30s", min = "1s", max = "10min" })

local here   = tb.datacenter "here"
local shop   = here:producer { name = "shop", arrivals = tb.poisson(100) }
local orders = here:queue { name = "orders", model = "publish_subscribe", retain_age = keep }
local seen   = tb.measure("seen", { kind = "counter" })
local count  = here:consumer { name = "count", time = "1ms", on_message = function() seen:add() end }
tb.connect(shop, orders)
local group  = orders:group { name = "statistics" }
group:join(count)

tb.at("40s", "again from 30 s", function() group:replay("30s") end)
tb.expect("of 6,000 orders a thousand are read again", function()
  return seen:value() > 6600, seen:value() .. " were seen"
end)
