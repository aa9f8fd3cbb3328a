local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local a, b = tb.datacenter "a", tb.datacenter "b"
local p = a:producer { name = "p", arrivals = tb.poisson(100) }
local q = a:queue { name = "q" }
local c = a:consumer { name = "c", time = "1ms" }
tb.connect(p, q, c)
local function f() tb.at(tb.now(), f) end tb.at("1s", f)
-- ends 2: zeno.lua: at 1 s: a million events, and time does not pass: a process that sleeps for 0, or an inter
