--! scenario-seed-negative.lua:3: field 'seed' of tb.scenario: expected a whole number of at least 0, got number -7
local tb = require "tailback"
tb.scenario { title = "wrong", duration = 1, seed = -7 }
