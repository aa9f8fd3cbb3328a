-- One order in a hundred has no address: how often is it tried?
--
-- Fails with --set attempts=0.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "What can never be done", duration = "60s", seed = 1 }
local attempts = tb.param("attempts", { default = 3, min = 0, max = 100 })

local here  = tb.datacenter "here"
local shop  = here:producer { name = "shop", arrivals = tb.poisson(100), message = { address = tb.uniform_int(0, 99) } }
local queue = here:queue { name = "orders", attempts_max = attempts, backoff = "50ms", backoff_max = "50ms" }
local pack  = here:consumer { name = "pack", time = tb.exponential("5ms"), on_message = function(order)
  if order.address == 0 then return tb.nack end
end }
tb.connect(shop, queue, pack)

tb.expect("dead orders do not pile up", tb.measures["here/orders/depth"]:below(40))
