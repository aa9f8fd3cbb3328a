--! distribution-gamma.lua:5: tb.gamma: shape: expected a number, got "2s"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.gamma("2s", 1)
