local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local a, b = tb.datacenter "a", tb.datacenter "b"
local p = a:producer { name = "p", arrivals = tb.poisson(100) }
local q = a:queue { name = "q" }
local kept
local c = a:consumer { name = "c", time = "1ms", on_message = function(m) if kept then print(kept.key) end kept = m end }
tb.connect(p, q, c)
-- ends 2: message-kept.lua:7: a message is only good during its handler; keep what you need of it (such as msg
