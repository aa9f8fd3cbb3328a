--! distribution-positive.lua:5: tb.normal_positive: deviation must be greater than 0, got "-1s"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.normal_positive("1s", "-1s")
