--! param-twice.lua:6: tb.param 'rate' is declared already
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.param("rate", { default = 5 })
tb.param("rate", { default = 6 })
