-- More partitions do not help when everybody wants the same one.
--
-- What you will see: eight partitions and eight readers, each of which can do 100 updates a second, so
-- 800 in all, against a load of 400. But one customer makes a third of the updates, and the key of an
-- update chooses its partition: that partition alone has more to do than its one reader can, its lag
-- grows without end, and seven readers look on with time to spare.
--
-- The remedy, --set remedy=true: a key that spreads the load, here the order's number instead of the
-- customer's; the price is that the order of one customer's updates is lost.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "A hot partition",
  question = "Half of the readers' time is free: why does the lag grow?",
  duration = "60s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local rate   = tb.param("rate", { default = 400, min = 10, max = 480, unit = "updates/s" })

local here    = tb.datacenter "here"
local updates = here:queue { name = "updates", model = "publish_subscribe", partitions = 8, prefetch = 16 }
local source  = here:producer {
  name = "source", arrivals = tb.poisson(rate),
  message = { key = remedy and tb.uniform_int(1, 1e9) or tb.zipf(10000, 1.6) },
}
tb.connect(source, updates)
local readers = updates:group { name = "readers" }
for i = 1, 8 do
  readers:join(here:consumer { name = "reader" .. i, time = tb.exponential "8ms" })
end

tb.expect("no update waits for more than two seconds", tb.measures["latency"]:p(99):below("2s"))
