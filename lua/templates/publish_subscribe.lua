-- Orders are published to a topic; two groups read every one of them, each at its own speed.
--
-- Change anything here and run it again. Where to look things up: tailback api NAME.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "My first scenario",
  question = "A member of a group dies: who reads its partitions, and from where?",
  duration = "60s", -- of virtual time: the run takes a fraction of a second
  seed     = 1,     -- the same seed is the same run, bit for bit
}

-- A knob: tailback run FILE --set rate=1000
local rate = tb.param("rate", { default = 300, min = 1, max = 10000, unit = "orders/s" })

local here = tb.datacenter "here"

-- The key of a message chooses its partition, and in a partition there is order.
local shop = here:producer {
  name = "shop", arrivals = tb.poisson(rate), message = { key = tb.uniform_int(1, 1000) },
}
local orders = here:queue { name = "orders", model = "publish_subscribe", partitions = 4 }
tb.connect(shop, orders)

-- Each group sees every message; the members of one share them.
local shipping = orders:group { name = "shipping", session = "3s" }
local packers = {}
for i = 1, 2 do
  packers[i] = here:consumer { name = "packer" .. i, workers = 2, time = tb.exponential("3ms") }
  shipping:join(packers[i])
end
orders:group { name = "statistics" }:join(here:consumer { name = "counter", time = tb.exponential("0.5ms") })

-- What goes wrong, and when.
tb.at("20s", "a packer dies", function() packers[1]:crash() end)
tb.at("40s", "it is back", function() packers[1]:restart() end)

-- What must hold. A check that fails says when it first did, and ends the run with status 1.
tb.expect("every order is in exactly one state", tb.checks.conservation)
tb.expect("at the end nobody is far behind", function()
  return shipping:lag() < 100, ("shipping has %d orders to go"):format(shipping:lag())
end)
