--! distribution-order.lua:5: tb.uniform: high must be at least low, got number 1
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.uniform(2, 1)
