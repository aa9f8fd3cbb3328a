-- An unbounded queue hides an overload: no error, no loss, and every answer too late.
--
-- What you will see: the workers can do 400 requests a second, and get 360. At 10 s twice as many come
-- for fifteen seconds. The queue takes them all, and is now some ten seconds long; as only a tenth of the
-- workers' time is to spare, it is still long a minute later. Every request since then is done, and
-- each of them seconds after its user has gone. Throughput is perfect.
--
-- The remedy, --set remedy=true: a queue no longer than what can be done in time (200 requests, half a
-- second's work). What does not fit is refused at once, during the burst and not after it.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "An unbounded queue is hidden latency",
  question = "All workers are busy, nothing fails: who waits?",
  duration = "90s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local load   = tb.param("load", { default = 1, min = 0.5, max = 1.2 })

local here = tb.datacenter "here"
local users = here:producer {
  name = "users", arrivals = tb.stages {
    { rate = 360 * load, duration = "10s" }, { rate = 720 * load, duration = "15s" }, { rate = 360 * load },
  },
}
local requests = here:queue {
  name = "requests", prefetch = 8, capacity = remedy and 200 or 1000000,
  when_full = remedy and "drop_newest" or "block",
}
local workers = here:consumer { name = "workers", workers = 4, time = tb.exponential "10ms" }
tb.connect(users, requests, workers)

tb.expect("what is answered is answered within a second", tb.measures["here/workers/latency"]:p(99):below("1s"))
