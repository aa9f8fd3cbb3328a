-- Readings of a sensor go to one logger, in order, through a queue with room for 100.
--
-- Change anything here and run it again. Where to look things up: tailback api NAME.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "My first scenario",
  question = "The logger pauses: where do the readings wait?",
  duration = "60s", -- of virtual time: the run takes a fraction of a second
  seed     = 1,     -- the same seed is the same run, bit for bit
}

-- A knob: tailback run FILE --set capacity=10
local capacity = tb.param("capacity", { default = 100, min = 1, max = 100000, unit = "readings" })

local here = tb.datacenter "here"

-- One sender, one receiver, total order. Its bound is the back-pressure: when the queue is full, the
-- sensor keeps what it has until there is room.
local sensor   = here:producer { name = "sensor", arrivals = tb.poisson(300), window = 10 }
local readings = here:queue { name = "readings", model = "point_to_point", capacity = capacity }
local logger   = here:consumer { name = "logger", time = tb.exponential("2ms") }
tb.connect(sensor, readings, logger)

-- What goes wrong, and when.
tb.at("20s", "the logger dies", function() logger:crash() end)
tb.at("25s", "it is back", function() logger:restart() end)

-- What must hold. A check that fails says when it first did, and ends the run with status 1.
tb.expect("the queue never holds more than it has room for",
  tb.measures["here/readings/depth"]:below(capacity + 1))
tb.expect("readings are logged within half a second again, 25 s after the logger is back",
  tb.measures["latency"]:p(99):below("500ms", { from = "50s" }))
