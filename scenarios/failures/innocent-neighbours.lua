-- A message that kills its consumer takes those down that were delivered along with it.
--
-- What you will see: one order in five hundred makes the program that packs it crash; it is back a
-- third of a second later. What it had in its hands comes again when the lease of two seconds is over,
-- and has been delivered once more. Thirty-two orders are in its hands at a time: when the bad one is
-- given up after five deliveries, some of the others have been delivered five times as well, without
-- once having been begun, and are dead with it.
--
-- The remedy, --set remedy=true: prefetch = 1. Whoever is delivered is worked on, so only the guilty
-- are counted; the price is a round trip for each order.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "Poison, and its innocent neighbours",
  question = "One order kills its consumer: which orders are dead letters at the end?",
  duration = "90s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local rate   = tb.param("rate", { default = 50, min = 10, max = 100, unit = "orders/s" })

local here   = tb.datacenter "here"
local shop   = here:producer {
  name = "shop", arrivals = tb.poisson(rate), message = { contents = tb.uniform_int(1, 500) },
}
local orders = here:queue {
  name = "orders", lease = "2s", attempts_max = 5, prefetch = remedy and 1 or 32,
}
local guilty, guilty_count = {}, 0
local pack
pack = here:consumer {
  name = "pack", time = tb.exponential "4ms", subscribe_every = "100ms",
  on_message = function(order)
    if order.contents ~= 1 then return end
    if not guilty[order.id] then
      guilty[order.id], guilty_count = true, guilty_count + 1
    end
    pack:crash()
  end,
}
tb.connect(shop, orders, pack)

tb.every("300ms", function() pack:restart() end)

tb.expect("only orders that cannot be packed are dead letters", function()
  local dead = tb.measures["here/orders/dead"]:value()
  return dead <= guilty_count, ("%d are dead, %d cannot be packed"):format(dead, guilty_count)
end)
