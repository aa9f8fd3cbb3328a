--! arrivals-bursty.lua:5: stage 1 of tb.bursty needs the field 'duration': a duration such as "1min"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.bursty { { rate = 100 }, { rate = 5, duration = "1s" } }
