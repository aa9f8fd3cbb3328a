--! queue-lease-number-unit.lua:6: field 'lease' of dc:queue: expected a duration such as "5s", "30ms" or "2min", got "5"
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "queue", lease = "5" }
