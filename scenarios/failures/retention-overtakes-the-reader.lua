-- A log that forgets by the clock forgets what a slow reader has not read yet.
--
-- What you will see: events are kept for ten seconds, which is ample: the reader is milliseconds
-- behind. At 20 s it stops for fifteen seconds. When it comes back, the oldest five seconds of what it
-- had not read are gone ("dropped"); nobody was told, and it reads on as if nothing were missing.
--
-- The remedy, --set remedy=true: keep what is not read, and let the bound on the partition hold the
-- writer back if it must (retain_age = 0).
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "Retention overtakes the reader",
  question = "The reader comes back after fifteen seconds: does it know what it has missed?",
  duration = "60s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local rate   = tb.param("rate", { default = 200, min = 10, max = 400, unit = "events/s" })

local here   = tb.datacenter "here"
local source = here:producer { name = "source", arrivals = tb.poisson(rate) }
local events = here:queue {
  name = "events", model = "publish_subscribe", partitions = 4, prefetch = 32,
  retain_age = remedy and 0 or "10s",
}
local reader = here:consumer { name = "reader", workers = 4, time = tb.exponential "4ms" }
local books  = here:ledger { name = "books" } -- knows an event that is read a second time
tb.connect(source, events, reader, books)

tb.during("20s", "35s", "the reader is down", tb.fault.outage(reader))

tb.expect("every event is read", tb.checks.exactly_once)
