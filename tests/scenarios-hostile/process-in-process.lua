local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local a, b = tb.datacenter "a", tb.datacenter "b"
local p = a:producer { name = "p", arrivals = tb.poisson(100) }
local q = a:queue { name = "q" }
local c = a:consumer { name = "c", time = "1ms" }
tb.connect(p, q, c)
local function f() tb.process(f) end tb.process(f)
-- ends 2: process-in-process.lua: at 0 s: a million events, and time does not pass: a process that sleeps for 
