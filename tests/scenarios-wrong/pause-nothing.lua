--! pause-nothing.lua:5: tb.pause_when: condition: expected a function, such as function() ... end, got nil
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.pause_when("deep")
