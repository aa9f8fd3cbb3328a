-- Shipping and statistics both read every order. One is slow: does the other feel it?
--
-- Fails with --set slow=10ms.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "Two who read the same", duration = "60s", seed = 1 }
local slow = tb.param("slow", { default = "5.2ms", min = "1ms", max = "1s" })

local here     = tb.datacenter "here"
local shop     = here:producer { name = "shop", arrivals = tb.poisson(200) }
local orders   = here:queue { name = "orders", model = "publish_subscribe", partitions = 2 }
local shipping = here:consumer { name = "ship", time = tb.exponential("2ms") }
local counting = here:consumer { name = "count", time = slow }
tb.connect(shop, orders)
local fast, late = orders:group { name = "shipping" }, orders:group { name = "statistics" }
fast:join(shipping)
late:join(counting)

tb.expect("shipping is not behind", tb.at_end(function() return fast:lag() < 20, fast:lag() .. " orders" end))
tb.expect("statistics is, by 1,000 at most", tb.at_end(function()
  return late:lag() < 1000, late:lag() .. " orders"
end))
