--! consumer-handler.lua:7: field 'on_message' of dc:consumer: expected a function, such as function() ... end, got "ack"
--! consumer-handler.lua:7: consumer 'beijing/billing' takes from no queue: tb.connect(queue, consumer)
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:consumer { name = "billing", time = "1ms", on_message = "ack" }
