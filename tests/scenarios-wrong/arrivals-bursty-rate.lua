--! arrivals-bursty-rate.lua:5: field 'rate' of stage 1 of tb.bursty: expected a rate such as 800 (per second) or "800/s", got "many"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.bursty { { rate = "many", duration = "1s" } }
