--! param-range.lua:5: tb.param 'rate': default: expected a number from 10 to 20, got number 5
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.param("rate", { default = 5, min = 10, max = 20 })
