--! group-assign.lua:6: field 'assign' of queue:group: expected one of "range", "round_robin", "sticky", got "fair"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "queue", model = "publish_subscribe" }:group { name = "readers", assign = "fair" }
