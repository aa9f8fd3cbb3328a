--! group-lag-of-a-view.lua:9: group:lag: a view of an mvc has no offsets; what waits is queue:depth()
--!   at 1 s, in an action of tb.at
--!   group-lag-of-a-view.lua:9
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
local view = dc:queue { name = "queue", model = "mvc" }:group { name = "view" }
tb.at("1s", function() print(view:lag()) end)
