--! require-number.lua:5: require takes the name of a module, not a number
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
require(5)
