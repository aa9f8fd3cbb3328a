-- One packet is lost, and everything behind it waits.
--
-- What you will see: readings come over a line that loses one packet in a hundred. The line is a
-- stream, as TCP makes one of it: a lost packet is sent again after its timer of 200 ms, and what
-- arrived meanwhile must not overtake it. Five losses a second stop the line for most of the time: one
-- reading in a hundred is lost, and nearly all of them are late.
--
-- The remedy, --set remedy=true: no common line. Each reading travels on its own (a datagram); one
-- that is not confirmed is sent again, and nobody else waits for it. The price is that the order of
-- the readings is lost, and that the queue must recognise what it gets twice (dedup_count).
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "Head-of-line blocking",
  question = "One packet in a hundred is lost: how many readings are late?",
  duration = "60s",
  seed     = 1,
}

local remedy = tb.param("remedy", { default = false })
local rate   = tb.param("rate", { default = 500, min = 10, max = 1000, unit = "readings/s" })

local field, office = tb.datacenter "field", tb.datacenter "office"
tb.link(field, office, { latency = "10ms", mode = remedy and "datagram" or "stream" })
local sensor   = field:producer { name = "sensor", arrivals = tb.poisson(rate), timeout = "150ms", backoff = "50ms" }
local readings = office:queue { name = "readings", prefetch = 64, dedup_count = 100000 }
local reader   = office:consumer { name = "reader", workers = 8, time = "1ms" }
tb.connect(sensor, readings, reader)

tb.during("5s", "55s", "the line loses one in a hundred", tb.fault.loss(field, office, 0.01))

tb.expect("95 of 100 readings are there within 100 ms",
  tb.measures["office/reader/latency"]:p(95):below("100ms"))
