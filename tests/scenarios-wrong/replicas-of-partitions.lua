--! replicas-of-partitions.lua:6: dc:queue: a replicated topic has one partition, with a leader of its own, got 4: make a topic for each
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local a, b = tb.datacenter "a", tb.datacenter "b"
a:queue { name = "q", model = "publish_subscribe", partitions = 4, replicas = { "a", b } }
