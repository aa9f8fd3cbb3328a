-- The queue is full: where do the readings wait?
--
-- Fails with --set capacity=500.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario { title = "Back-pressure", duration = "60s", seed = 1 }
local capacity = tb.param("capacity", { default = 50, min = 1, max = 100000 })

local here   = tb.datacenter "here"
local sensor = here:producer { name = "sensor", arrivals = tb.poisson(100), backoff = "20ms", backoff_max = "100ms" }
local queue  = here:queue { name = "readings", model = "point_to_point", capacity = capacity }
local logger = here:consumer { name = "logger", time = tb.exponential("2ms") }
tb.connect(sensor, queue, logger)

tb.during("20s", "25s", "the disk is slow", tb.fault.slow(logger, 20))
tb.expect("no more than 50 wait in the queue", tb.measures["here/readings/depth"]:below(51))
tb.expect("and none is lost", tb.checks.exactly_once)
