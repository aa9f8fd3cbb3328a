-- One order in ten is urgent. Does it overtake?
--
-- Fails with --set urgent=false.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "Urgent first", duration = "60s", seed = 1 }
local urgent = tb.param("urgent", { default = true })

local here  = tb.datacenter "here"
local shop  = here:producer { name = "shop", arrivals = tb.poisson(95), message = {
  priority = urgent and tb.discrete { values = { 0, 7 }, weights = { 9, 1 } } or 0,
  express  = tb.discrete { values = { 0, 1 }, weights = { 9, 1 } },
} }
local queue = here:queue { name = "orders", prefetch = 1 }
local late  = tb.measure("urgent-wait", { kind = "tally", unit = "s" })
local pack  = here:consumer { name = "pack", time = tb.exponential("10ms"), on_message = function(order)
  if order.priority == 7 or not urgent and order.express == 1 then late:record(tb.now() - order.born) end
end }
tb.connect(shop, queue, pack)

tb.expect("99 of 100 urgent orders are packed within 150 ms", late:p(99):below("150ms", { from = "1s" }))
