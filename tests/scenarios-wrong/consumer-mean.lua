--! consumer-mean.lua:6: field 'time' of dc:consumer: expected durations from 0 to 31536000s on average, got a distribution
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:consumer { name = "billing", time = tb.exponential(1e300) }
