-- How much is an order worth?
--
-- Fails with --set highest=1000.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "A measure of your own", duration = "60s", seed = 1 }
local highest = tb.param("highest", { default = 100, min = 1, max = 100000 })

local here  = tb.datacenter "here"
local value = tb.measure("order-value", { kind = "tally", unit = "euros" })
local shop  = here:producer {
  name = "shop", arrivals = tb.poisson(100), message = { value = tb.uniform_int(1, highest) },
}
local queue = here:queue { name = "orders" }
local pack  = here:consumer { name = "pack", time = "5ms", on_message = function(order) value:record(order.value) end }
tb.connect(shop, queue, pack)
tb.chart("Money", value:p(50), value:p(99))

tb.expect("nine of ten orders are worth less than 100", value:p(90):below(100))
