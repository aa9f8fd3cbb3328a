--! chart-unknown.lua:5: there is no measure 'latencies', did you mean 'latency'?
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
tb.chart("depth", "latencies")
