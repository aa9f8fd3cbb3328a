--! producer-send-early.lua:6: producer:send: the run has not begun: call it in tb.at
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local p = tb.datacenter("a"):producer { name = "p", arrivals = tb.poisson(1) }
p:send()
