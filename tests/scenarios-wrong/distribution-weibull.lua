--! distribution-weibull.lua:5: tb.weibull: scale: expected a number, got nil
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.weibull(1)
