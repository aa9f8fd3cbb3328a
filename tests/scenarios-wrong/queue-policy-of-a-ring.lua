--! queue-policy-of-a-ring.lua:6: dc:queue: a point_to_point cannot drop_oldest when it is full: choose 'block' or 'reject'
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "queue", model = "point_to_point", when_full = "drop_oldest" }
