--! replicas-of-a-ring.lua:6: dc:queue: a point_to_point lives in memory, and has nothing to replicate: leave out replicas
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local a, b = tb.datacenter "a", tb.datacenter "b"
a:queue { name = "q", model = "point_to_point", replicas = { "a", "b" } }
