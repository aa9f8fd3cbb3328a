--! queue-dot.lua:7: depth is a method of a queue: call it with a colon, queue:depth(...)
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local queue = dc:queue { name = "queue" }
print(queue.depth())
