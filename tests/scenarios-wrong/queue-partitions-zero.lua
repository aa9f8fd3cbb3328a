--! queue-partitions-zero.lua:6: field 'partitions' of dc:queue: expected a whole number from 1 to 4096, got number 0
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "queue", model = "publish_subscribe", partitions = 0 }
