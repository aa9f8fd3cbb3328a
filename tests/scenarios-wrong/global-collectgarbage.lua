--! global-collectgarbage.lua:5: 'collectgarbage' is not available in a scenario: it would show what no run repeats
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
collectgarbage()
