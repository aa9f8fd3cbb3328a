--! consumer-workers.lua:7: field 'workers' of dc:consumer: expected a whole number from 1 to 1000000, got number 0
--! consumer-workers.lua:7: consumer 'beijing/billing' takes from no queue: tb.connect(queue, consumer)
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:consumer { name = "billing", time = "1ms", workers = 0 }
