-- One message that can never be done goes round for ever, and takes the workers' time with it.
--
-- What you will see: one order in two hundred has a broken address and fails at every try. It is
-- given back, waits for its backoff of 50 ms, and comes again, and again: after a minute most of the
-- workers' time goes into orders that will never be done, and the good ones wait ever longer.
--
-- The remedy, --set remedy=true: attempts_max = 5. The sixth time there is none: the order is a dead
-- letter, counted and out of the way.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "A poison message",
  question = "Two orders a second can never be done: what happens to the four hundred that can?",
  duration = "2min",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local rate   = tb.param("rate", { default = 400, min = 10, max = 500, unit = "orders/s" })

local here   = tb.datacenter "here"
local shop   = here:producer {
  name = "shop", arrivals = tb.poisson(rate), message = { address = tb.uniform_int(1, 200) },
}
local orders = here:queue {
  name = "orders", prefetch = 16, attempts_max = remedy and 5 or 0, backoff = "50ms", backoff_max = "50ms",
}
local pack   = here:consumer {
  name = "pack", workers = 8, time = tb.exponential "10ms",
  on_message = function(order)
    if order.address == 1 then return tb.nack end
  end,
}
tb.connect(shop, orders, pack)

tb.expect("a good order is packed within a second", tb.measures["here/pack/latency"]:p(99):below("1s"))
