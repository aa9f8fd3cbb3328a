--! log-format.lua:5: bad argument #2 (number expected, got string)
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.log("%d messages", "many")
