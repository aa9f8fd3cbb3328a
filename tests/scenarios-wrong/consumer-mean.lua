--! consumer-mean.lua:7: field 'time' of dc:consumer: expected durations from 0 to 31536000s on average, got a distribution
--! consumer-mean.lua:7: consumer 'beijing/billing' takes from no queue: tb.connect(queue, consumer)
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:consumer { name = "billing", time = tb.exponential(1e25) }
