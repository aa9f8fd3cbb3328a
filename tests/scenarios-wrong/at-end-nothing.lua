--! at-end-nothing.lua:5: tb.at_end: question: expected a function, such as function() ... end, got nil
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.at_end()
