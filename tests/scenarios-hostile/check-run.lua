local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local a, b = tb.datacenter "a", tb.datacenter "b"
local p = a:producer { name = "p", arrivals = tb.poisson(100) }
local q = a:queue { name = "q" }
local c = a:consumer { name = "c", time = "1ms" }
tb.connect(p, q, c)
tb.always("x", function() tb.at("1s", function() end) return true end)
-- ends 2: check-run.lua:8: tb.always: condition: expected a function, such as function() ... end, got "x"
