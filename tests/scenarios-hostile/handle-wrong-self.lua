local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local a, b = tb.datacenter "a", tb.datacenter "b"
local p = a:producer { name = "p", arrivals = tb.poisson(100) }
local q = a:queue { name = "q" }
p.held({})
-- ends 2: handle-wrong-self.lua:6: held is a method of a producer: call it with a colon, producer:held(...)
