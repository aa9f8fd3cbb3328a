--! distribution-too-many.lua:5: tb.constant takes value and no more
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.constant(1, 2)
