-- Publish and subscribe: every group sees every message, and its members share the work.
--
-- What you will see: orders go to one topic of six partitions. Two groups read it: "billing", whose
-- three members share the partitions, and "search", which has one. Each group gets every order once.
-- At 20 s a member of billing dies. Its session ends three seconds later, and its partitions go to the
-- other two, which read again what it had in hand; at 40 s it comes back. Search never notices.
-- Orders of one customer come in order, since the customer's number chooses the partition.
-- At 48 s search crashes and loses its index of the day's end; back at 49 s, it reads all orders since
-- 44 s again: they are still there, for the topic keeps them. They count as duplicated, for that is
-- what they are. Billing never notices.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "publish_subscribe: one topic, two groups",
  question = "A member of one group dies: what does the other group see of it?",
  duration = "60s",
  seed     = 3,
}

local rate = tb.param("rate", { default = 400, min = 10, max = 2000, unit = "orders/s" })

local here   = tb.datacenter "here"
local shop   = here:producer { name = "shop", arrivals = tb.poisson(rate), message = { key = tb.zipf(1000, 0.9) } }
local orders = here:queue { name = "orders", model = "publish_subscribe", partitions = 6, prefetch = 64 }

local billing = orders:group { name = "billing" }
local search  = orders:group { name = "search" }

-- The newest order of each customer that search has seen: none that is older comes after it.
local newest, out_of_order = {}, 0
local function in_order(order)
  if order.born < (newest[order.key] or 0) then out_of_order = out_of_order + 1 end
  newest[order.key] = order.born
end

local members = {}
for i = 1, 3 do
  members[i] = here:consumer { name = "billing" .. i, time = tb.exponential("3ms") }
  billing:join(members[i])
end
local index = here:consumer { name = "search", time = tb.exponential("1ms"), on_message = in_order }
search:join(index)
tb.connect(shop, orders)

tb.at("20s", "a member of billing dies", function() members[1]:crash() end)
tb.at("40s", "it is back", function() members[1]:restart() end)

tb.at("48s", "search dies", function() index:crash() end)
tb.at("49s", "it reads again from 44 s", function()
  newest = {}
  index:restart()
  search:replay("44s")
end)

tb.expect("nothing is lost or double counted", tb.checks.conservation)
tb.expect("search reads on as if nothing had happened",
  tb.measures["here/search/latency"]:p(99):below("200ms", { to = "48s" }))
tb.expect("orders of one customer come in order", function()
  return out_of_order == 0, out_of_order .. " did not"
end)
tb.expect("search is up to date at the end", function()
  return search:lag() < 100, "its lag is " .. search:lag()
end)
tb.expect("billing has caught up at the end", tb.measures["here/orders/depth"]:below(500, { from = "55s" }))
