--! log-number.lua:5: tb.log: format: expected a text, got number 5
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.log(5)
