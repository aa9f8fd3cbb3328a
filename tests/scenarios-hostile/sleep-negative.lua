local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local a, b = tb.datacenter "a", tb.datacenter "b"
local p = a:producer { name = "p", arrivals = tb.poisson(100) }
local q = a:queue { name = "q" }
local c = a:consumer { name = "c", time = "1ms" }
tb.connect(p, q, c)
tb.process(function() tb.sleep(-1) end)
-- ends 2: sleep-negative.lua:8: tb.sleep: expected a duration of at least 0, got -1.0
