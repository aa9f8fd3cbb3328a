-- One consumer that takes more than it does stops everybody who sends.
--
-- What you will see: the queue has room for 2000 messages, and a message in somebody's hands is still
-- in it. Two consumers; one is fast; the other hangs, on a call that does not return. It takes
-- its half of the messages all the same, and finishes none. When it has 2000 in its hands the queue is
-- full: nobody can send, the fast consumer has nothing to do, and a queue with nothing waiting turns
-- its producer away.
--
-- The remedy, --set remedy=true: prefetch = 8. A consumer that does not finish gets no more; eight
-- messages wait for its lease to end, all others go past it.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "A greedy consumer",
  question = "One of two consumers hangs: what do those see who send?",
  duration = "60s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local rate   = tb.param("rate", { default = 200, min = 80, max = 300, unit = "orders/s" })

local here   = tb.datacenter "here"
local shop   = here:producer { name = "shop", arrivals = tb.poisson(rate) }
local orders = here:queue { name = "orders", capacity = 2000, lease = "10min", prefetch = remedy and 8 or 0 }
local fast   = here:consumer { name = "fast", workers = 4, time = tb.exponential "5ms" }
local greedy = here:consumer { name = "greedy", time = "1h" }
tb.connect(shop, orders, fast)
tb.connect(orders, greedy)

tb.expect("an order is accepted at once", tb.measures["here/shop/held"]:below(200))
tb.expect("the fast consumer does nearly all that comes", function()
  local done, born = tb.measures["here/fast/finished"]:value(), tb.measures["here/shop/arrived"]:value()
  return done > 0.95 * born, ("%d of %d"):format(done, born)
end)
