--! arrivals-stages-repeats.lua:5: tb.stages: repeats: expected true or false, got "yes"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.stages { { rate = 5, duration = "1s" }, repeats = "yes" }
