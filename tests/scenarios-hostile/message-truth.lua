local tb = require "tailback"
tb.scenario { title = "x", duration = "10s" }
local a, b = tb.datacenter "a", tb.datacenter "b"
local p = a:producer { name = "p", arrivals = tb.poisson(100) }
local q = a:queue { name = "q" }
local c = a:consumer { name = "c", time = "1ms", on_message = function(m) print(m.truth) end }
tb.connect(p, q, c)
-- ends 2: message-truth.lua:6: a message has no field 'truth'; it has id, key, value, born, size, attempt, kin
