--! normal-below-zero.lua:5: tb.normal: of durations, the mean must be at least 4.75 deviations, so that next to none is below 0: write tb.normal_positive("1ms", "2ms")
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local gap = tb.normal("1ms", "2ms")
