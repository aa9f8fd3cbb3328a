-- Confirmations get lost, so producers send again: who notices?
--
-- Fails with --set remember=0.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "Sent twice, taken once", duration = "60s", seed = 1 }
local remember = tb.param("remember", { default = 1000, min = 0, max = 100000 })

local far, here = tb.datacenter "far", tb.datacenter "here"
tb.link(far, here, { latency = "20ms", mode = "datagram" })
local meter = far:producer { name = "meter", arrivals = tb.poisson(100), timeout = "100ms", backoff = "10ms" }
local queue = here:queue { name = "readings", dedup_count = remember }
local bill  = here:consumer { name = "bill", workers = 2, time = tb.exponential("2ms") }
tb.connect(meter, queue, bill)

tb.during("20s", "40s", "one packet in ten is lost", tb.fault.loss(far, here, 0.1))
tb.expect("every reading is billed exactly once", tb.checks.exactly_once)
