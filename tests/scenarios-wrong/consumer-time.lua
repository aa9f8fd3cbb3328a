--! consumer-time.lua:7: field 'time' of dc:consumer: expected a duration such as "2ms" or a distribution such as tb.exponential("2ms"), got "quick"
--! consumer-time.lua:7: consumer 'beijing/billing' takes from no queue: tb.connect(queue, consumer)
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:consumer { name = "billing", time = "quick" }
