--! distribution-discrete.lua:5: tb.discrete: number 1 of the weights: expected above 0 for one value, with a finite sum
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.discrete { values = { 1, 2, 3 }, weights = { 0, 0, 0 } }
