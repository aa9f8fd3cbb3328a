local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local a, b = tb.datacenter "a", tb.datacenter "b"
local p = a:producer { name = "p", arrivals = tb.poisson(100) }
local q = a:queue { name = "q" }
q.depth(1)
-- ends 2: handle-number-self.lua:6: depth is a method of a queue: call it with a colon, queue:depth(...)
