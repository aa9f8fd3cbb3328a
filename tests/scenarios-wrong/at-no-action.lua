--! at-no-action.lua:5: tb.at: action: expected a function, such as function() ... end, got nil
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.at("3s", "shanghai goes dark")
