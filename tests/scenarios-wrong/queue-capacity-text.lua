--! queue-capacity-text.lua:6: field 'capacity' of dc:queue: expected a whole number, got "100"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "queue", capacity = "100" }
