-- A consumer that is slower than its producer falls behind for ever; the only choice is how it shows.
--
-- What you will see: 400 readings a second, a consumer that can do 200, a queue without a bound. The
-- queue grows by 200 a second; each reading is older than the one before when it is read. Nothing
-- fails, so nobody is told.
--
-- The remedy, --set remedy=true: a bound, and a decision what becomes of what does not fit.
--   --set full=drop_oldest  the newest 500 wait, what is older is dropped: for readings
--   --set full=block        the producer is held back: its own small buffer fills up, and it turns
--                           away new work at the door ("turned away"): for orders
-- Either way what is read is a few seconds old at most.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "A slow consumer",
  question = "The consumer does half of what comes: where does the other half go?",
  duration = "60s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local full   = tb.param("full", { default = "drop_oldest", choices = { "drop_oldest", "block" } })
local rate   = tb.param("rate", { default = 400, min = 220, max = 1000, unit = "readings/s" })

local here   = tb.datacenter "here"
local source = here:producer {
  name = "source", arrivals = tb.poisson(rate), window = 50, backoff = "10ms", backoff_max = "50ms",
  buffer = remedy and full == "block" and 200 or 100000,
}
local queue  = here:queue {
  name = "queue", prefetch = 4, capacity = remedy and 500 or 1000000, when_full = remedy and full or "block",
}
local reader = here:consumer { name = "reader", time = tb.exponential "5ms" }
tb.connect(source, queue, reader)

tb.expect("what is read is at most eight seconds old", tb.measures["here/reader/latency"]:p(99):below("8s"))
tb.expect("the queue stays small", tb.measures["here/queue/depth"]:below(1000))
