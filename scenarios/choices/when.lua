-- When is it done: now, by a synchronous call, or later, by way of a queue; as the callee slows.
--
-- What you will see: two shops have the same orders at the same moments. One calls the service that
-- does them, and each call keeps one of its 32 threads until the answer is there, or the second is
-- over that a caller waits. The other puts them into a queue, and is free as soon as the queue has
-- taken them. The service does 400 orders a second and gets 200; from 10 s to 20 s it is five times
-- as slow.
--
--   call   while the service is slow, all threads wait for it: the shop is as slow as what it calls,
--          and turns half of its orders away. Afterwards everything is well at once; and whoever got an
--          answer knows that the order is done.
--   queue  every order is taken, and no thread waits for longer than the queue takes to answer. But
--          some are done ten seconds later, and the shop does not know when.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "When: a synchronous call against a queue",
  question = "What is called is slow for ten seconds: who notices, and for how long?",
  duration = "40s",
  seed     = 1,
}

local rate = tb.param("rate", { default = 200, min = 20, max = 300, unit = "orders/s" })

local arrivals = tb.stages { { rate = rate, duration = "35s" }, { rate = 0 } }

local call = tb.datacenter "call"
local caller = call:client {
  name = "shop", arrivals = arrivals, key = 0, writes = 0, waiting = 32, timeout = "1s", tries = 1,
}
local callee = call:database { name = "service", rows = 1, time = "10ms", cores = 4, connections = 4 }
tb.connect(caller, callee)

local later = tb.datacenter("queue", { draws_as = "call" })
local sender = later:producer { name = "shop", arrivals = arrivals }
local orders = later:queue { name = "orders", prefetch = 4 }
local service = later:consumer { name = "service", workers = 4, time = "10ms" }
tb.connect(sender, orders, service)

tb.during("10s", "20s", "the callee is slow", tb.fault.slow(callee, 5))
tb.during("10s", "20s", "the consumer is slow", tb.fault.slow(service, 5))

-- ---- the trade-off ----

local function value(name) return tb.measures[name]:value() end

local done = tb.measures["queue/service/latency"]
local answered = tb.measures["call/shop/read_latency"]

tb.at("40s", function()
  tb.log("%-6s %8s %12s %22s %14s %10s", "", "orders", "turned away", "under way at once", "p99 done (s)", "max (s)")
  tb.log("%-6s %8d %12d %22d %14.2f %10.2f", "call", value "call/shop/reads", value "call/shop/failed",
    tb.measures["call/shop/waiting"]:max(), answered:p(99):value(), answered:max())
  tb.log("%-6s %8d %12d %22d %14.2f %10.2f", "queue", value "queue/shop/arrived",
    value "queue/shop/turned_away", tb.measures["queue/shop/held"]:max(), done:p(99):value(), done:max())
end)

tb.expect("both have the same orders", function()
  return value "call/shop/reads" == value "queue/shop/arrived"
end)
tb.expect("the caller is as slow as the callee, and turns orders away", function()
  return value "call/shop/failed" > rate and tb.measures["call/shop/waiting"]:max() == 32
end)
tb.expect("but never waits for long", function() return answered:max() <= 1.1 end)
tb.expect("the queue takes every order, and none of its threads waits", function()
  return value "queue/shop/turned_away" == 0 and tb.measures["queue/shop/held"]:max() < 32
end)
tb.expect("and does all of them, some much later", function()
  return value "queue/service/finished" == value "queue/shop/arrived" and done:max() > 2
end)
