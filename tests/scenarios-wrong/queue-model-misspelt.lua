--! queue-model-misspelt.lua:6: field 'model' of dc:queue: expected "producer_consumer", got "producer-consumer"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "queue", model = "producer-consumer" }
