local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local a, b = tb.datacenter "a", tb.datacenter "b"
local p = a:producer { name = "p", arrivals = tb.poisson(100) }
local q = a:queue { name = "q" }
local c = a:consumer { name = "c", time = "1ms" }
tb.connect(p, q, c)
tb.at(0/0, function() end)
-- ends 2: at-nan.lua:8: tb.at: time: expected a duration such as "5s", "30ms" or "2min", got number -nan
