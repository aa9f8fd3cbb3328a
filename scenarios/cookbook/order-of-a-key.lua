-- Bookings of one account in their order, although several clerks work.
--
-- Fails with --set model=producer_consumer.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "In order, for each account", duration = "60s", seed = 1 }
local model = tb.param("model", {
  default = "publish_subscribe", choices = { "publish_subscribe", "producer_consumer" },
})

local here  = tb.datacenter "here"
local bank  = here:producer { name = "bank", arrivals = tb.poisson(200), message = { key = tb.uniform_int(1, 20) } }
local topic = model == "publish_subscribe"
local queue = here:queue { name = "bookings", model = model, partitions = topic and 8 or nil }
local clerks = {}
for i = 1, 4 do clerks[i] = here:consumer { name = "clerk" .. i, time = tb.exponential("8ms") } end
tb.connect(bank, queue)
if topic then
  local group = queue:group { name = "clerks" }
  for i = 1, 4 do group:join(clerks[i]) end
else
  for i = 1, 4 do tb.connect(queue, clerks[i]) end
end

tb.expect("an account's bookings are done in order", tb.checks.order)
