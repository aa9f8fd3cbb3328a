--! queue-lease-negative.lua:6: field 'lease' of dc:queue: expected a duration from 0 to 100 years, got number -5
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "queue", lease = -5 }
