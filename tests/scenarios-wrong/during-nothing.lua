--! during-nothing.lua:5: tb.during: fault: expected a fault such as dc:outage(), or { start = function, stop = function }, got nil
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.during("2s", "5s")
