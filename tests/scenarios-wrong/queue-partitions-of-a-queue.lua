--! queue-partitions-of-a-queue.lua:6: dc:queue: 'partitions' is a field of publish_subscribe, and this is a producer_consumer: leave it out
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "queue", partitions = 4 }
