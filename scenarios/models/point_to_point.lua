-- point_to_point: one producer, one queue, one consumer, in total order; the bound is the
-- back-pressure.
--
-- What you will see: a sensor sends to a ring of 200 places, and at 20 s there are suddenly more
-- readings than the reader, who asks for one after the other, can take. The ring fills up to its 200
-- and no further; from then on the sensor is told "full", keeps its readings in its own buffer
-- ("sensor/held") and tries again ("packets sent again").
-- When the rush is over, both drain, and nothing was lost: the bound has moved the waiting to where
-- the work comes from. With --set crash=true the reader dies at 50 s. What it had in hand is then in
-- nobody else's: there are no leases here, so that reading is lost, and the check says which.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "point_to_point: the bound is the back-pressure",
  question = "Where do the readings wait when the ring is full?",
  duration = "60s",
  seed     = 5,
}

local crash = tb.param("crash", { default = false })

local here   = tb.datacenter "here"
local sensor = here:producer {
  name = "sensor", window = 100, backoff = "20ms", backoff_max = "100ms",
  arrivals = tb.stages { { rate = 400, duration = "20s" }, { rate = 1100, duration = "10s" }, { rate = 400 } },
}
local ring   = here:queue { name = "ring", model = "point_to_point", capacity = 200 }
local reader = here:consumer { name = "reader", time = tb.exponential("0.9ms") }
tb.connect(sensor, ring, reader)

if crash then
  tb.at("50s", "the reader dies", function() reader:crash() end)
  tb.at("52s", "it is back", function() reader:restart() end)
end

tb.expect("the ring never holds more than its bound", tb.measures["here/ring/depth"]:below(201))
tb.expect("every reading that was accepted is read once", tb.checks.exactly_once)
tb.expect("the rush has drained by the end", tb.measures["here/sensor/held"]:below(50, { from = "45s", to = "50s" }))
