local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local a = tb.datacenter "a" local p = a:producer { name = "p", arrivals = tb.poisson(1e18) } local q = a:queue { name = "q" } local c = a:consumer { name = "c", time = "1ms" } tb.connect(p, q, c)
-- ends 2: zeno-tiny.lua: at 0 s: a million events, and time does not pass: a process that sleeps for 0, or an 
