local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local a, b = tb.datacenter "a", tb.datacenter "b"
local p = a:producer { name = "p", arrivals = tb.poisson(100) }
local q = a:queue { name = "q" }
local c = a:consumer { name = "c", time = "1ms" }
tb.connect(p, q, c)
tb.process(function() while true do tb.sleep(0) end end)
-- ends 2: zeno-process.lua: at 0 s: a million events, and time does not pass: a process that sleeps for 0, or 
