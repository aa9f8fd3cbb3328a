-- A leader that is cut off goes on promising, and takes its promises with it.
--
-- What you will see: three data centres keep one queue of orders. At 20 s the one whose broker leads
-- is cut off from the other two. The leader does not know: until its lease is over, about a second, it
-- takes the orders of the shop beside it. With acks = "leader" it promises them alone. Meanwhile the
-- other two elect a leader of their own. At 40 s the cut is mended, the old leader finds that the
-- others have a later epoch, and what only it had is cut off its log: promised, and lost. The summary
-- counts those orders as lost; the measure ".../lost" says how many of them the old leader had
-- promised itself.
--
-- The remedy, --set remedy=true: acks = "quorum". The leader that is cut off still takes orders, but
-- it promises none, so the shop keeps them and sends them to the next one. The price is a round trip
-- to another data centre before each promise.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "Split brain: the leader promises alone",
  question = "Both sides of a cut have a leader: whose orders count when it is mended?",
  duration = "90s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local rate   = tb.param("rate", { default = 100, min = 10, max = 300, unit = "orders/s per shop" })

local names = { "beijing", "shanghai", "shenzhen" }
local dcs = {}
for i, name in ipairs(names) do
  dcs[i] = tb.datacenter(name)
end
for i = 1, 3 do
  tb.link(names[i], names[i % 3 + 1], { latency = tb.normal("15ms", "2ms") })
end

local orders = dcs[1]:queue {
  name = "orders", replicas = names, acks = remedy and "quorum" or "leader", prefetch = 64,
}
for _, dc in ipairs(dcs) do
  local shop = dc:producer { name = "shop", arrivals = tb.poisson(rate) }
  tb.connect(shop, orders)
end
local books = dcs[1]:ledger { name = "books" }
for i, dc in ipairs(dcs) do -- they open at 60 s: until then promises are kept in the queue alone
  local work = dc:consumer { name = "dispatch", workers = 16, time = tb.exponential "5ms" }
  tb.connect(orders, work, books)
  tb.during("0s", "60s", "dispatch in " .. names[i] .. " is closed", work:outage())
end

local cuts = {} -- from each data centre to the next
for i = 1, 3 do
  cuts[i] = tb.fault.cut(names[i], names[i % 3 + 1])
end
tb.at("20s", "the leader is cut off from the others", function()
  for i, name in ipairs(names) do
    if orders:replica(name) == orders:leader() then
      cuts[i]:start()
      cuts[(i + 1) % 3 + 1]:start()
    end
  end
end)
tb.at("40s", "the cut is mended", function()
  for i = 1, 3 do
    cuts[i]:stop()
  end
end)

tb.expect("every order that was promised is dispatched exactly once", tb.checks.exactly_once)
