-- Temperatures of 20 rooms change all the time; a controller and a slow display follow them.
--
-- Change anything here and run it again. Where to look things up: tailback api NAME.
-- SPDX-License-Identifier: MIT
local tb = require "tailback"

tb.scenario {
  title    = "My first scenario",
  question = "The display is far too slow: how far does it fall behind?",
  duration = "60s", -- of virtual time: the run takes a fraction of a second
  seed     = 1,     -- the same seed is the same run, bit for bit
}

-- A knob: tailback run FILE --set rooms=100
local rooms = tb.param("rooms", { default = 20, min = 1, max = 1000 })

local house = tb.datacenter "house"

-- A state with a value for each key, and the changes to it. A view gets of each key the newest
-- change only: what it was too slow for is skipped.
local sensors = house:producer {
  name = "sensors", arrivals = tb.poisson(500), message = { key = tb.uniform_int(1, rooms) },
}
local state = house:queue { name = "state", model = "mvc", capacity = rooms }
tb.connect(sensors, state)

local function view(name, time)
  local consumer = house:consumer { name = name, time = tb.exponential(time) }
  state:group { name = name }:join(consumer)
  return consumer
end
view("controller", "0.5ms")
local display = view("display", "40ms")

-- What goes wrong, and when.
tb.at("20s", "the display is unplugged", function() display:crash() end)
tb.at("40s", "it is back", function() display:restart() end)

-- What must hold. A check that fails says when it first did, and ends the run with status 1.
tb.expect("no view ever waits for more than one change of each room",
  tb.measures["house/state/depth"]:below(rooms + 1))
tb.expect("the controller is never late", tb.measures["house/controller/latency"]:p(99):below("20ms"))
