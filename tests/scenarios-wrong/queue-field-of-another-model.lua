--! queue-field-of-another-model.lua:6: dc:queue: 'lease' is a field of producer_consumer, and this is a point_to_point: leave it out
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "queue", model = "point_to_point", lease = "5s" }
