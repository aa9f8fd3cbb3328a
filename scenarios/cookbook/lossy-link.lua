-- A stream hides the loss of packets, and shows it as delay.
--
-- Fails with --set loss=0.3.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "A lossy link", duration = "60s", seed = 1 }
local loss = tb.param("loss", { default = 0.02, min = 0, max = 0.9 })

local far, here = tb.datacenter "far", tb.datacenter "here"
tb.link(far, here, { latency = "20ms" })
local sensor = far:producer { name = "sensor", arrivals = tb.poisson(100), timeout = "10s" }
local queue  = here:queue { name = "readings", model = "point_to_point" }
local logger = here:consumer { name = "logger", time = tb.exponential("2ms") }
tb.connect(sensor, queue, logger)

tb.during("20s", "40s", "packets are lost", tb.fault.loss(far, here, loss))
tb.expect("every reading is logged exactly once", tb.checks.exactly_once)
tb.expect("9 of 10 are logged within 2 s", tb.measures["latency"]:p(90):below("2s"))
