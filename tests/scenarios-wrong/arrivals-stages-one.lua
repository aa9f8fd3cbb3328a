--! arrivals-stages-one.lua:5: tb.stages takes 1 to 32 stages, such as { rate = 800, duration = "1min" }
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.stages { rate = 5 }
