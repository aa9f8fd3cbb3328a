--! distribution-negative.lua:5: tb.exponential: mean must be greater than 0, got "-2ms"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.exponential("-2ms")
