--! queue-payload-of-a-ring.lua:6: dc:queue: 'payload_max' is a field of producer_consumer or publish_subscribe, and this is a point_to_point: leave it out
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "queue", model = "point_to_point", payload_max = "1kB" }
