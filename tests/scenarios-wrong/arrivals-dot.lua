--! arrivals-dot.lua:5: rate is a method of an arrival process: call it with a colon, process:rate(...)
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.poisson(5).rate()
