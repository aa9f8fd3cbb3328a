--! distribution-zipf.lua:5: tb.zipf: count must be an integer, at least 1, got number 0
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.zipf(0, 1)
