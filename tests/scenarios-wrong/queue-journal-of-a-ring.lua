--! queue-journal-of-a-ring.lua:6: dc:queue: a point_to_point lives in memory: leave out store = "journal"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "queue", model = "point_to_point", store = "journal" }
