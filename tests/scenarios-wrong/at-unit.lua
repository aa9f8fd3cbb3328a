--! at-unit.lua:5: tb.at: time: expected a duration such as "5s", "30ms" or "2min", got "30"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.at("30", "shanghai goes dark", print)
