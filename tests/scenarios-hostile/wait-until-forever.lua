local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local a, b = tb.datacenter "a", tb.datacenter "b"
local p = a:producer { name = "p", arrivals = tb.poisson(100) }
local q = a:queue { name = "q" }
local c = a:consumer { name = "c", time = "1ms" }
tb.connect(p, q, c)
for i = 1, 1000 do tb.process(function() tb.wait_until(function() return false end) end) end
-- ends 0
