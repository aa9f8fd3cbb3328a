--! param-name.lua:5: tb.param: name: expected a name of 1 to 64 letters, digits, '.', '_' and '-', got "the rate"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.param("the rate", { default = 5 })
