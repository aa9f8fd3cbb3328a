--! scenario-seed-text.lua:3: field 'seed' of tb.scenario: expected a whole number, got "seven"
local tb = require "tailback"
tb.scenario { title = "wrong", duration = 1, seed = "seven" }
