--! queue-method.lua:7: a queue has no 'size'; there is crash, depth, group, is_up, leader, outage, replica, restart
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local queue = dc:queue { name = "queue" }
print(queue:size())
