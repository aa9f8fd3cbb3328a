--! queue-policy-of-an-mvc.lua:6: dc:queue: a mvc cannot block when it is full: choose 'reject'
local tb = require "tailback"

tb.scenario { title = "wrong", duration = "10s", seed = 1 }
local dc = tb.datacenter "beijing"
dc:queue { name = "queue", model = "mvc", when_full = "block" }
