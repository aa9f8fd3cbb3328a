--! group-of-a-queue.lua:6: queue:group: a producer_consumer has no groups: every message goes to one consumer
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "queue" }:group { name = "readers" }
