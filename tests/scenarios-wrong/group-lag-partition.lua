--! group-lag-partition.lua:6: group:lag: partition: expected a whole number from 0 to 3, got number 4
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
print(dc:queue { name = "queue", model = "publish_subscribe", partitions = 4 }:group { name = "readers" }:lag(4))
