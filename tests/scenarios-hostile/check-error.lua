local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local a, b = tb.datacenter "a", tb.datacenter "b"
local p = a:producer { name = "p", arrivals = tb.poisson(100) }
local q = a:queue { name = "q" }
local c = a:consumer { name = "c", time = "1ms" }
tb.connect(p, q, c)
tb.expect("x", function() error {} end)
-- ends 2: check-error.lua:8: the scenario raised an error that is no text, but a table
