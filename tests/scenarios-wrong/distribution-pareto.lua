--! distribution-pareto.lua:5: tb.pareto: shape must be greater than 0, got number -1
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.pareto(-1, "1s")
