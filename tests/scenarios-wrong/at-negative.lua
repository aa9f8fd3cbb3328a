--! at-negative.lua:5: tb.at: time: expected a duration from 0 to 100 years, got number -1
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.at(-1, print)
