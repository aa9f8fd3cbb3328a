--! arrivals-renewal.lua:5: attempt to call a arrival process value
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.renewal(800)(5)
